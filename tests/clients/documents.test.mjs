// Documents, as cozy-client and cozy-stack-client read, write and search them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CozyClient, Q, ask, rejects, stack, token, uri } from "./home.mjs";

const TODOS = "io.cozy.todos";
const many = (count, more = {}) => Array.from({ length: count }, (_, n) => ({ n, label: `todo ${String(n).padStart(3, "0")}`, done: n % 2 === 0, ...more }));

describe("cozy-stack-client", () => {
  const todos = stack().collection(TODOS);

  it("creates, reads, updates and deletes a document", async () => {
    const { data: made } = await todos.create({ label: "Buy bread", done: false });
    assert.ok(made.id && made._id === made.id && made._rev.startsWith("1-"));
    assert.equal(made._type, TODOS);
    const { data: read } = await todos.get(made.id);
    assert.deepEqual([read.label, read.done, read._rev], ["Buy bread", false, made._rev]);
    const { data: changed } = await todos.update({ ...made, done: true });
    assert.ok(changed._rev.startsWith("2-"));
    await assert.rejects(todos.update({ ...made, done: false }), rejects(409));
    const { data: gone } = await todos.destroy(changed);
    assert.equal(gone._deleted, true);
    assert.equal((await todos.get(made.id)).data, null);
    assert.equal((await ask("GET", `/data/${TODOS}/${made.id}`)).status, 404);
  });

  it("creates a document under an id of its own", async () => {
    const { data } = await todos.create({ _id: "own-id", label: "x" });
    assert.equal(data._id, "own-id");
    assert.equal((await todos.get("own-id")).data.label, "x");
  });

  it("lists a doctype that nobody has used as empty", async () => {
    const { data, meta } = await stack().collection("io.cozy.nothings").all();
    assert.deepEqual([data, meta.count], [[], 0]);
    assert.deepEqual((await stack().collection("io.cozy.nothings").find({ a: 1 }, { indexedFields: ["a"] })).data, []);
  });

  it("writes and deletes many at once", async () => {
    const bulk = stack().collection("io.cozy.bulks");
    const made = await bulk.updateAll(many(50));
    assert.equal(made.filter((one) => one.ok && one.rev.startsWith("1-")).length, 50);
    const { data: all } = await bulk.all({ limit: null });
    assert.equal(all.length, 50);
    const outdated = await bulk.updateAll([{ _id: all[0]._id, _rev: "1-00000000000000000000000000000000" }]);
    assert.equal(outdated[0].error, "conflict");
    const changed = await bulk.updateAll(all.map(({ id, ...doc }) => ({ ...doc, seen: true })));
    assert.ok(changed.every((one) => one.rev.startsWith("2-")), JSON.stringify(changed[0]));
    const { data: fresh } = await bulk.all({ limit: null });
    await bulk.destroyAll(fresh);
    assert.equal((await bulk.all()).data.length, 0);
  });

  it("reads many by their ids", async () => {
    const ids = (await todos.updateAll(many(3))).map((one) => one.id);
    const { data } = await todos.getAll([...ids, "missing"]);
    assert.deepEqual(data.map((doc) => doc._id).sort(), [...ids].sort());
  });

  it("turns pages of a list", async () => {
    const pages = stack().collection("io.cozy.pages");
    await pages.updateAll(many(25));
    const seen = new Set();
    for (let skip = 0, next = true; next; skip += 10) {
      const answer = await pages.all({ limit: 10, skip });
      answer.data.forEach((doc) => seen.add(doc._id));
      next = answer.next;
    }
    assert.equal(seen.size, 25);
  });

  it("finds by fields, making the index it needs on the way", async () => {
    const finds = stack().collection("io.cozy.finds");
    await finds.updateAll(many(30));
    const { data } = await finds.find({ done: true, n: { $gte: 10 } }, { indexedFields: ["done", "n"], sort: [{ done: "asc" }, { n: "asc" }] });
    assert.deepEqual(data.map((doc) => doc.n), [10, 12, 14, 16, 18, 20, 22, 24, 26, 28]);
    const indexes = await finds.fetchAllMangoIndexes();
    assert.equal(indexes.length, 1);
    assert.equal(indexes[0]._id, "_design/by_done_and_n");
    const { data: down } = await finds.find({ n: { $gt: null } }, { sort: [{ n: "desc" }], limit: 3 });
    assert.deepEqual(down.map((doc) => doc.n), [29, 28, 27]);
  });

  it("finds with a partial index, and a second time with the same", async () => {
    const finds = stack().collection("io.cozy.partials");
    await finds.updateAll(many(10).map((doc, n) => (n % 3 ? doc : { ...doc, trashed: true })));
    for (let time = 0; time < 2; time++) {
      const { data } = await finds.find({ n: { $gt: 0 } }, { indexedFields: ["n"], partialFilter: { trashed: { $exists: false } } });
      assert.deepEqual(data.map((doc) => doc.n), [1, 2, 4, 5, 7, 8]);
    }
    const indexes = await finds.fetchAllMangoIndexes();
    assert.equal(indexes.length, 1);
    assert.match(indexes[0]._id, /by_n_filter_/);
  });

  it("makes an index anew that was deleted, and takes over one of another name", async () => {
    const finds = stack().collection("io.cozy.lost");
    await finds.updateAll(many(4));
    await finds.find({ n: 2 }, { indexedFields: ["n"] });
    const [index] = await finds.fetchAllMangoIndexes();
    await finds.destroyIndex(index);
    assert.deepEqual(await finds.fetchAllMangoIndexes(), []);
    assert.equal((await finds.find({ n: 2 }, { indexedFields: ["n"] })).data.length, 1);
    const again = (await finds.fetchAllMangoIndexes())[0];
    const copy = await finds.copyIndex(again, "copied");
    assert.equal(copy.id ?? copy._id, "_design/copied");
    await finds.destroyIndex(again);
    assert.equal((await finds.find({ n: 3 }, { indexedFields: ["n"] })).data.length, 1);
  });

  it("says of a query without an index that there is none", async () => {
    const { body } = await ask("POST", "/data/io.cozy.finds/_find", { selector: { label: "todo 003" } });
    assert.equal(body.docs.length, 1);
    assert.match(body.warning, /index/);
    const named = await ask("POST", "/data/io.cozy.finds/_find", { selector: { label: "todo 003" }, use_index: "_design/no-such" });
    assert.ok([200, 400].includes(named.status), JSON.stringify(named));
  });

  it("follows bookmarks to the end", async () => {
    const finds = stack().collection("io.cozy.bookmarks");
    await finds.updateAll(many(105));
    const seen = [];
    for (let bookmark, next = true; next; ) {
      const answer = await finds.find({ n: { $gte: 0 } }, { indexedFields: ["n"], sort: [{ n: "asc" }], limit: 20, bookmark });
      seen.push(...answer.data.map((doc) => doc.n));
      ({ bookmark, next } = answer);
    }
    assert.deepEqual(seen, many(105).map((doc) => doc.n));
    const all = await finds.findAll({ n: { $gte: 0 } }, { indexedFields: ["n"], limit: 20 });
    assert.equal(all.length, 105);
  });

  it("picks fields", async () => {
    const { data } = await stack().collection("io.cozy.bookmarks").find({ n: 7 }, { indexedFields: ["n"], fields: ["label", "_id", "_type"] });
    assert.deepEqual(Object.keys(data[0]).filter((name) => !["id", "_type", "_rev"].includes(name)).sort(), ["_id", "label"]);
  });

  it("reads what changed", async () => {
    const changes = stack().collection("io.cozy.changes");
    const { data: made } = await changes.create({ n: 1 });
    const first = await changes.fetchChanges({ since: "" });
    assert.deepEqual(first.documents.map((doc) => doc._id), [made._id]);
    await changes.destroy(made);
    const then = await changes.fetchChanges({ since: first.newLastSeq }, { includeDeleted: true });
    assert.equal(then.documents.length, 1);
    assert.ok(then.documents[0]._deleted);
  });

  it("checks that a value is used once", async () => {
    const unique = stack().collection("io.cozy.uniques");
    await unique.create({ iban: "FR1" });
    assert.equal(await unique.checkUniquenessOf("iban", "FR1"), false);
    assert.equal(await unique.checkUniquenessOf("iban", "FR2"), true);
  });
});

describe("cozy-client", () => {
  const schema = {
    todos: {
      doctype: TODOS, attributes: {}, relationships: {
        people: { type: "has-many", doctype: "io.cozy.contacts" },
      },
    },
    people: { doctype: "io.cozy.contacts", attributes: {}, relationships: {} },
    codes: { doctype: "io.cozy.codes", attributes: { code: { unique: true } }, relationships: {} },
  };
  const client = new CozyClient({ uri, token, schema });

  it("saves, queries and destroys", async () => {
    const { data: made } = await client.save({ _type: "io.cozy.plans", name: "Holiday" });
    assert.ok(made._id && made._rev);
    const { data: again } = await client.save({ ...made, name: "Long holiday" });
    assert.ok(again._rev.startsWith("2-"));
    const { data } = await client.query(Q("io.cozy.plans").getById(made._id));
    assert.equal(data.name, "Long holiday");
    await client.destroy(data);
    assert.equal((await client.query(Q("io.cozy.plans").getById(made._id))).data, null);
  });

  it("adds cozyMetadata only where it is asked for", async () => {
    const tagged = new CozyClient({ uri, token, appMetadata: { slug: "tests", version: "1" }, schema: { notes: { doctype: "io.cozy.tagged", doctypeVersion: 2, attributes: {}, relationships: {}, cozyMetadata: { createdByApp: { trigger: "creation", useCurrentDate: false, value: "tests" } } } } });
    const { data } = await tagged.save({ _type: "io.cozy.tagged", name: "x" });
    assert.ok(data._id);
  });

  it("queries with where, partialIndex, sortBy, limit and queryAll", async () => {
    await client.stackClient.collection("io.cozy.rows").updateAll(many(250));
    const definition = Q("io.cozy.rows").where({ n: { $gte: 20 } }).partialIndex({ done: true }).indexFields(["n"]).sortBy([{ n: "asc" }]).limitBy(50);
    const page = await client.query(definition);
    assert.deepEqual([page.data.length, page.data[0].n, page.next], [50, 20, true]);
    const rest = await client.query(definition.offsetBookmark(page.bookmark));
    assert.equal(rest.data[0].n, 120);
    const all = await client.queryAll(Q("io.cozy.rows").where({ n: { $gte: 20 } }).indexFields(["n"]).limitBy(50));
    assert.equal((all.data ?? all).length, 230);
    const ids = await client.query(Q("io.cozy.rows").getByIds(all.slice(0, 3).map((doc) => doc._id)));
    assert.equal(ids.data.length, 3);
  });

  it("keeps relationships, and fetches what they lead to", async () => {
    const { data: ada } = await client.save({ _type: "io.cozy.contacts", name: { givenName: "Ada" } });
    const { data: todo } = await client.save({ _type: TODOS, label: "Call" });
    const hydrated = client.hydrateDocument(todo, undefined, { forceHydratation: true });
    await hydrated.people.addById([ada._id]);
    const { data, included } = await client.query(Q(TODOS).getById(todo._id).include(["people"]));
    assert.deepEqual(data.relationships.people.data, [{ _id: ada._id, _type: "io.cozy.contacts" }]);
    assert.equal(included[0]._id, ada._id);
    assert.deepEqual(client.hydrateDocument(data).people.data.map((one) => one.name.givenName), ["Ada"]);
    await client.hydrateDocument(data).people.removeById([ada._id]);
    assert.deepEqual((await client.query(Q(TODOS).getById(todo._id))).data.relationships?.people?.data ?? [], []);
  });

  it("refuses a second document with a value that must be unique", async () => {
    await client.save({ _type: "io.cozy.codes", code: "A" });
    await assert.rejects(client.save({ _type: "io.cozy.codes", code: "A" }), /Validation failed/);
  });
});
