// What apps ask of the home itself: settings, flags, apps, what it can do.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CozyClient, Q, ask, require, stack, token, uri } from "./home.mjs";

const client = new CozyClient({ uri, token });

describe("settings", () => {
  const settings = stack().collection("io.cozy.settings");

  it("says who the owner is, and lets them change it", async () => {
    const { data } = await settings.get("io.cozy.settings.instance");
    assert.deepEqual([data.public_name, data._type], ["Alice", "io.cozy.settings"]);
    const { data: queried } = await client.query(Q("io.cozy.settings").getById("io.cozy.settings.instance"));
    assert.equal(queried.public_name, "Alice");
    const { data: changed } = await settings.update({ ...queried, attributes: { ...queried.attributes, public_name: "Alix" } });
    assert.equal(changed.public_name, "Alix");
    assert.equal((await client.query(Q("io.cozy.settings").getById("io.cozy.settings.instance"))).data.public_name, "Alix");
  });

  it("says how much room there is, what the home can do, and in which context it is", async () => {
    for (const [id, name, type] of [["disk-usage", "used", "string"], ["capabilities", "file_versioning", "boolean"], ["context", "enable_ai", "undefined"]]) {
      const { data } = await client.query(Q("io.cozy.settings").getById(`io.cozy.settings.${id}`));
      assert.deepEqual([data._id, typeof data[name]], [`io.cozy.settings.${id}`, type]);
    }
  });

  it("gives the flags", async () => {
    const flag = require("cozy-flags").default;
    await client.registerPlugin(flag.plugin);
    await client.plugins.flags.initializing;
    assert.ok(Array.isArray(flag.list()));
    const { data } = await ask("GET", "/settings/flags").then(({ body }) => body);
    assert.equal(data.id, "io.cozy.settings.flags");
  });

  it("keeps settings of an app", async () => {
    await client.stackClient.collection("io.cozy.drive.settings").create({ preview: true });
    const { data } = await client.query(Q("io.cozy.drive.settings"));
    assert.equal(data[0].preview, true);
  });
});

describe("apps", () => {
  it("lists apps and connectors", async () => {
    for (const doctype of ["io.cozy.apps", "io.cozy.konnectors"]) {
      const { data, meta } = await client.query(Q(doctype));
      assert.ok(Array.isArray(data));
      assert.equal(meta?.count ?? data.length, data.length);
    }
    assert.equal((await client.stackClient.collection("io.cozy.apps").all()).data.length, 0);
  });

  it("answers what apps ask at their start", async () => {
    for (const path of ["/settings/instance", "/settings/context", "/settings/disk-usage", "/settings/capabilities", "/settings/flags", "/apps/", "/konnectors/", "/jobs/triggers", "/sharings/doctype/io.cozy.files", "/permissions/self", "/contacts/myself"]) {
      const method = path === "/contacts/myself" ? "POST" : "GET";
      const { status } = await ask(method, path);
      assert.ok([200, 404].includes(status) && (status === 200 || path === "/contacts/myself"), `${path}: ${status}`);
    }
  });
});
