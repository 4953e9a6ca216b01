// PouchDB at work: two replicas against one home, both ways, twice, with a conflict.
// Arguments: address of the doctype, Host header, token, documents a side. Says one line of JSON.
import assert from "node:assert/strict";
import PouchDB from "pouchdb-core";
import http from "pouchdb-adapter-http";
import memory from "pouchdb-adapter-memory";
import replication from "pouchdb-replication";

PouchDB.plugin(http).plugin(memory).plugin(replication);

const [address, host, token, count] = process.argv.slice(2);
const half = Number(count);
const remote = new PouchDB(address, {
    fetch(url, options) {
        options.headers.set("Authorization", `Bearer ${token}`);
        options.headers.set("Host", host);
        return PouchDB.fetch(url, options);
    },
});
const batches = { batch_size: 1000 };
const named = (prefix) =>
    Array.from({ length: half }, (_, n) => ({ _id: `${prefix}${n}`, n, text: "é\u2028 ".repeat(10) }));

async function written(db, docs) {
    const results = await db.bulkDocs(docs);
    assert.equal(results.filter((one) => !one.ok).length, 0, JSON.stringify(results.find((one) => !one.ok)));
}

async function edit(db, id, change) {
    const doc = await db.get(id);
    await written(db, [{ ...doc, ...change }]);
}

// Winner, leaves and content of every document, tombstones too.
async function state(db) {
    const [leaves, winners] = await Promise.all([
        db.changes({ style: "all_docs" }),
        db.changes({ include_docs: true }),
    ]);
    const known = new Map(
        leaves.results.map((line) => [line.id, line.changes.map((one) => one.rev).sort().join()]),
    );
    const lines = winners.results.map(({ id, changes, deleted, doc }) => [
        id, changes[0].rev, Boolean(deleted), known.get(id), doc.n, doc.text, doc.by,
    ]);
    return lines.sort(([a], [b]) => (a < b ? -1 : 1));
}

async function synced(local) {
    const { push, pull } = await local.sync(remote, batches);
    assert.equal(push.doc_write_failures + pull.doc_write_failures, 0);
    return [push.docs_written, pull.docs_written];
}

const here = new PouchDB("here", { adapter: "memory" });
const there = new PouchDB("there", { adapter: "memory" });
await written(here, named("here-"));
await written(remote, named("remote-"));
const moved = [await synced(here), await synced(there)];

await edit(here, "here-1", { by: "here" });
await edit(there, "here-1", { by: "there" });
await edit(there, "here-1", { by: "there, again" });
await edit(here, "remote-2", { _deleted: true });
await edit(there, "remote-2", { by: "there" });
await edit(remote, "remote-3", { by: "remote" });
await edit(remote, "here-4", { _deleted: true });
for (const local of [here, there, here]) moved.push(await synced(local));

const states = await Promise.all([here, there, remote].map(state));
assert.deepEqual(states[0], states[2]);
assert.deepEqual(states[1], states[2]);

// The owner of a conflict ends it by deleting what lost.
const torn = await remote.get("here-1", { conflicts: true });
await remote.remove("here-1", torn._conflicts[0]);
for (const local of [here, there]) await synced(local);
const [ended] = await Promise.all([here.get("here-1", { conflicts: true })]);
assert.deepEqual(await state(here), await state(remote));

// Replicas that stay connected hear of each change.
async function heard(local) {
    const live = local.replicate.from(remote, { live: true, ...batches });
    const calm = () => new Promise((done) => live.once("paused", done));
    const told = [];
    live.on("change", ({ docs }) => told.push(...docs.map((doc) => doc.n)));
    await calm();
    for (const n of [1, 2, 3]) {
        const idle = calm();
        await written(remote, [{ _id: `live-${n}`, n }]);
        await idle;
    }
    live.cancel();
    return told;
}
const live = await heard(here);
await synced(here);

console.log(
    JSON.stringify({
        live,
        moved,
        documents: states[2].length,
        conflicted: states[2].filter((line) => line[3].includes(",")).map((line) => line[0]),
        winner: torn.by,
        conflicts_left: ended._conflicts ?? [],
        idle: await synced(here),
    }),
);
