// cozy-pouch-link: two devices that work offline keep 5,000 documents with the home, both ways, through a conflict.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CozyClient, Q, cozyClient, require, stack, token, uri } from "./home.mjs";

globalThis.self = globalThis; // as browsers have it
const { default: PouchLink } = require("cozy-pouch-link");
const PouchDB = ["pouchdb-adapter-memory", "pouchdb-adapter-http", "pouchdb-replication", "pouchdb-find"].reduce(
  (pouch, plugin) => pouch.plugin(require(plugin).default ?? require(plugin)), require("pouchdb-core").default ?? require("pouchdb-core"),
);
const PLANS = "io.cozy.plans";
const HALF = 2_500;
const named = (prefix) => Array.from({ length: HALF }, (_, n) => ({ _id: `${prefix}-${n}`, n, text: "é\u2028 ".repeat(10) }));

// What the link finds in a browser: a place to keep words, events, a network.
const platform = (name) => {
  const kept = new Map();
  return {
    pouchAdapter: function (local, options) { return new PouchDB(`${name}-${local}`, options); }, // all share one memory
    storage: { getItem: async (key) => kept.get(key) ?? null, setItem: async (key, value) => void kept.set(key, value), removeItem: async (key) => void kept.delete(key), destroy: async () => kept.clear() },
    events: { addEventListener() {}, removeEventListener() {} },
    isOnline: async () => true,
  };
};

async function device(name) {
  const link = new PouchLink({ doctypes: [PLANS], initialSync: false, periodicSync: false, platform: platform(name), pouch: { options: { adapter: "memory" } }, doctypesReplicationOptions: { [PLANS]: { strategy: "sync" } } });
  const client = new CozyClient({ uri, token, links: [link, new cozyClient.StackLink()] });
  await client.login({ uri, token });
  const pouch = link.getPouch(PLANS);
  return { client, pouch, sync: () => synced(client, link) };
}

const synced = (client, link) => new Promise((done, failed) => {
  client.once("pouchlink:sync:end", done);
  client.once("pouchlink:sync:error", failed);
  link.startReplication();
});

async function written(pouch, docs) {
  const results = await pouch.bulkDocs(docs);
  assert.deepEqual(results.filter((one) => !one.ok), []);
}

const edit = async (pouch, id, change) => written(pouch, [{ ...(await pouch.get(id)), ...change }]);

// Winner, leaves and content of every document that lives.
async function state(pouch) {
  const { results } = await pouch.changes({ style: "all_docs", include_docs: true });
  return results.filter(({ id, deleted }) => !deleted && !id.startsWith("_design/"))
    .map(({ id, changes, doc }) => [id, doc._rev, changes.map((one) => one.rev).sort().join(), doc.n, doc.text, doc.by])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

describe("cozy-pouch-link", () => {
  it("keeps two devices and the home equal", async () => {
    const home = new PouchDB(`${uri}/data/${PLANS}`, { fetch: (url, options) => { options.headers.set("Authorization", `Bearer ${token}`); return PouchDB.fetch(url, options); } });
    const plans = stack().collection(PLANS);
    await plans.updateAll(named("home"));
    const [here, there] = [await device("here"), await device("there")];

    for (const one of [here, there]) await one.sync(); // the first time it only takes
    assert.equal((await here.pouch.info()).doc_count, HALF);
    await written(here.pouch, named("here"));
    for (const one of [here, here, there, there]) await one.sync(); // the second time it begins where the first one did
    for (const pouch of [here.pouch, there.pouch, home]) assert.equal((await state(pouch)).length, 2 * HALF);

    await edit(here.pouch, "home-1", { by: "here" });
    await edit(there.pouch, "home-1", { by: "there" });
    await edit(there.pouch, "home-1", { by: "there, again" });
    await edit(here.pouch, "here-2", { _deleted: true });
    await edit(home, "here-3", { by: "home" });
    for (const one of [here, there, here]) await one.sync();
    const states = await Promise.all([here.pouch, there.pouch, home].map(state));
    assert.equal(states[2].length, 2 * HALF - 1);
    assert.deepEqual(states[0], states[2]);
    assert.deepEqual(states[1], states[2]);
    assert.deepEqual(states[2].filter((line) => line[2].includes(",")).map((line) => [line[0], line[5]]), [["home-1", "there, again"]]);

    const { data } = await here.client.query(Q(PLANS).where({ n: { $gte: HALF - 2 } }).indexFields(["n"]).sortBy([{ n: "asc" }]));
    assert.deepEqual(data.map((doc) => doc._id).sort(), [`here-${HALF - 1}`, `here-${HALF - 2}`, `home-${HALF - 1}`, `home-${HALF - 2}`].sort());
    const { data: made } = await here.client.save({ _type: PLANS, n: -1 });
    await here.sync();
    assert.equal((await plans.get(made._id)).data.n, -1);
    for (const one of [here, there]) await one.client.logout().catch(() => {});
  });
});
