// cozy-realtime, through which apps hear of changes.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CozyClient, require, token, uri } from "./home.mjs";

const { RealtimePlugin } = require("cozy-realtime");
const FOOS = "io.cozy.foos";

describe("cozy-realtime", () => {
  const client = new CozyClient({ uri, token });
  let realtime;

  before(async () => {
    await client.registerPlugin(RealtimePlugin);
    ({ realtime } = client.plugins);
  });
  after(() => { realtime.unsubscribeAll(); realtime.stop?.(); });

  const next = (event, ...topic) => new Promise((done) => {
    const heard = (doc) => { realtime.unsubscribe(event, ...topic, heard); done(doc); };
    realtime.subscribe(event, ...topic, heard);
  });
  const settled = async () => { await realtime.waitForSocketReady?.(); await new Promise((done) => setTimeout(done, 300)); };

  it("hears of what is made, changed and deleted", async () => {
    const foos = client.stackClient.collection(FOOS);
    const [created, updated, deleted] = ["created", "updated", "deleted"].map((event) => next(event, FOOS));
    await settled();
    const { data: made } = await foos.create({ n: 1 });
    assert.deepEqual([(await created)._id, (await created).n], [made._id, 1]);
    const { data: changed } = await foos.update({ ...made, n: 2 });
    assert.deepEqual([(await updated)._rev, (await updated).n], [changed._rev, 2]);
    await foos.destroy(changed);
    assert.equal((await deleted)._id, made._id);
  });

  it("hears of files, and of one document alone", async () => {
    const files = client.stackClient.collection("io.cozy.files");
    const created = next("created", "io.cozy.files");
    await settled();
    const { data: file } = await files.createFile("hello", { name: "heard.txt", dirId: "io.cozy.files.root-dir", contentType: "text/plain" });
    assert.deepEqual([(await created)._id, (await created).name, (await created).type], [file._id, "heard.txt", "file"]);
    const updated = next("updated", "io.cozy.files", file._id);
    await settled();
    await files.updateAttributes(file._id, { name: "renamed.txt" });
    assert.equal((await updated).name, "renamed.txt");
  });

  it("hears what is only told", async () => {
    const notified = next("notified", FOOS, "one");
    await settled();
    await realtime.sendNotification(FOOS, "one", { hello: "world" });
    assert.equal((await notified).data.hello, "world");
  });

});
