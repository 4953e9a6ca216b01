// Files and folders, as FileCollection of cozy-stack-client handles them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { CozyClient, Q, ask, cozyClient, rejects, stack, token, uri } from "./home.mjs";

const ROOT = "io.cozy.files.root-dir";
const TRASH = "io.cozy.files.trash-dir";
const client = stack();
const files = client.collection("io.cozy.files");
const folder = async (name) => (await files.createDirectory({ name, dirId: ROOT })).data;
const upload = async (name, text, dirId, more = {}) => (await files.createFile(text, { name, dirId, contentType: "text/plain", ...more })).data;
const text = async (answer) => (await answer).text();

describe("FileCollection", () => {
  it("makes folders, and the ones on the way", async () => {
    const made = await folder("Holiday");
    assert.deepEqual([made.type, made.name, made.attributes.path, made._type], ["directory", "Holiday", "/Holiday", "io.cozy.files"]);
    await assert.rejects(folder("Holiday"), rejects(409));
    const { data: deep } = await files.createDirectoryByPath("/Holiday/2026/July");
    assert.equal((await files.statByPath("/Holiday/2026/July")).data._id, deep._id);
    assert.equal((await files.ensureDirectoryExists("/Holiday/2026")), (await files.statByPath("/Holiday/2026")).data._id);
    const { data: again } = await files.getDirectoryOrCreate("2026", (await files.statByPath("/Holiday")).data);
    assert.equal(again.attributes.path, "/Holiday/2026");
    assert.equal(await files.isChildOf(deep, made), true);
    assert.equal(await files.isChildOf(made, deep), false);
  });

  it("sends and fetches a file", async () => {
    const dir = await folder("Sent");
    const content = "Déjà vu \u{1F3E0}".repeat(1000);
    const md5 = createHash("md5").update(content).digest("base64");
    const sent = await upload("été.txt", content, dir._id, { lastModifiedDate: "2020-01-02T03:04:05Z", metadata: { from: "tests" } });
    assert.deepEqual([sent.name, sent.type, sent.mime, sent.class, sent.size], ["été.txt", "file", "text/plain", "text", String(Buffer.byteLength(content))]);
    assert.equal(sent.md5sum, md5);
    assert.match(sent.updated_at, /^2020-01-02T03:04:05/);
    assert.equal(sent.metadata.from, "tests");
    assert.equal(await text(files.fetchFileContentById(sent._id)), content);
    const { data: stat } = await files.statByPath("/Sent/été.txt");
    assert.equal(stat._id, sent._id);
    for (const link of [await files.getDownloadLinkById(sent._id, "été.txt"), await files.getDownloadLinkByPath("/Sent/été.txt")]) {
      const answer = await fetch(link.startsWith("http") ? link : uri + link);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-disposition"), /filename\*?=/);
      assert.equal(await answer.text(), content);
    }
    await assert.rejects(upload("été.txt", "x", dir._id), rejects(409));
  });

  it("replaces a content, keeps the one before as a version, and goes back to it", async () => {
    const dir = await folder("Versions");
    const first = await upload("note.txt", "one", dir._id);
    const { data: second } = await files.updateFile("two", { fileId: first._id, name: "note.txt", contentType: "text/plain" });
    assert.equal(second._id, first._id);
    assert.equal(await text(files.fetchFileContentById(first._id)), "two");
    const { data, included } = await files.get(first._id);
    const versions = data.relationships.old_versions.data;
    assert.deepEqual([versions.length, included.length, included[0].id], [1, 1, versions[0].id]);
    const link = await files.getDownloadLinkByRevision(versions[0].id, "note.txt");
    assert.equal(await text(fetch(link.startsWith("http") ? link : uri + link)), "one");
    const reverted = await ask("POST", `/files/revert/${versions[0].id}`);
    assert.equal(reverted.status, 200);
    assert.equal(await text(files.fetchFileContentById(first._id)), "one");
  });

  it("uploads with a strategy when the name is taken", async () => {
    const { uploadFileWithConflictStrategy } = cozyClient.models.file;
    const cozy = new CozyClient({ uri, token });
    const dir = await folder("Conflicts");
    await upload("a.txt", "one", dir._id);
    const renamed = await uploadFileWithConflictStrategy(cozy, "two", { name: "a.txt", dirId: dir._id, contentType: "text/plain", conflictStrategy: "rename" });
    assert.equal(renamed.data.name, "a_1.txt");
    const erased = await uploadFileWithConflictStrategy(cozy, "three", { name: "a.txt", dirId: dir._id, contentType: "text/plain", conflictStrategy: "erase" });
    assert.equal(await text(files.fetchFileContentById(erased.data._id)), "three");
  });

  it("renames, moves, tags and copies", async () => {
    const [from, to] = [await folder("From"), await folder("To")];
    const file = await upload("a.txt", "hello", from._id);
    const { data: moved } = await files.update({ ...file, _type: "io.cozy.files", name: "b.txt", dir_id: to._id, tags: ["x"] });
    assert.deepEqual([moved.name, moved.dir_id, moved.tags], ["b.txt", to._id, ["x"]]);
    const { data: named } = await files.updateAttributes(file._id, { name: "c.txt" });
    assert.equal(named.attributes.name, "c.txt");
    const { data: described } = await files.updateMetadataAttribute(file._id, { label: "letter" });
    assert.equal(described.attributes.metadata.label, "letter");
    const { data: copy } = await files.copy(file._id, "copy.txt", from._id);
    assert.deepEqual([copy.attributes.name, copy.attributes.dir_id], ["copy.txt", from._id]);
    assert.equal(await text(files.fetchFileContentById(copy._id)), "hello");
  });

  it("throws away, puts back, erases", async () => {
    const dir = await folder("Rubbish");
    const file = await upload("a.txt", "hello", dir._id);
    const { data: thrown } = await files.destroy(file);
    assert.equal(thrown.attributes.trashed, true);
    const { data: back } = await files.restore(file._id);
    assert.deepEqual([back.attributes.trashed, back.attributes.dir_id], [false, dir._id]);
    await files.destroy(file);
    await files.deleteFilePermanently(file._id);
    await assert.rejects(files.statById(file._id), rejects(404));
    await files.destroy(await upload("b.txt", "x", dir._id));
    await files.emptyTrash();
    const { data: bin } = await files.statById(TRASH);
    assert.equal(bin.relationships.contents.data.length, 0);
  });

  it("lists a folder page by page", async () => {
    const dir = await folder("Many");
    for (let n = 0; n < 7; n++) await upload(`f${n}.txt`, `${n}`, dir._id);
    const first = await files.statById(dir._id, { "page[limit]": 5, page: { limit: 5 } });
    assert.equal(first.data.relationships.contents.meta.count, 7);
    const cozy = new CozyClient({ uri, token });
    const all = await cozy.queryAll(Q("io.cozy.files").where({ dir_id: dir._id, name: { $gt: null } }).indexFields(["dir_id", "name"]).sortBy([{ dir_id: "asc" }, { name: "asc" }]).limitBy(3));
    assert.deepEqual(all.map((file) => file.name), ["f0.txt", "f1.txt", "f2.txt", "f3.txt", "f4.txt", "f5.txt", "f6.txt"]);
  });

  it("finds by a selector, as the Drive app does", async () => {
    const { data, meta, bookmark, next } = await files.find(
      { dir_id: ROOT, type: "directory", _id: { $ne: TRASH }, name: { $gt: null } },
      { indexedFields: ["dir_id", "type", "name"], sort: [{ dir_id: "asc" }, { type: "asc" }, { name: "asc" }], limit: 3, partialFilter: { _id: { $nin: ["io.cozy.files.shared-drives-dir"] } } },
    );
    assert.equal(data.length, 3);
    assert.ok(data.every((one) => one.type === "directory" && one.path?.startsWith("/") && one._type === "io.cozy.files"), JSON.stringify(data[0]));
    assert.equal(next, true);
    assert.ok(bookmark && meta);
    const rest = await files.find({ dir_id: ROOT, type: "directory", _id: { $ne: TRASH }, name: { $gt: null } }, { indexedFields: ["dir_id", "type", "name"], sort: [{ dir_id: "asc" }, { type: "asc" }, { name: "asc" }], limit: 3, bookmark, partialFilter: { _id: { $nin: ["io.cozy.files.shared-drives-dir"] } } });
    assert.ok(rest.data[0].name > data[2].name);
    const recent = await files.find({ updated_at: { $gt: null }, type: "file" }, { indexedFields: ["type", "updated_at"], sort: [{ type: "desc" }, { updated_at: "desc" }], limit: 2, partialFilter: { trashed: false } });
    assert.equal(recent.data.length, 2);
    const picked = await files.find({ type: "file", name: { $gt: null } }, { indexedFields: ["type", "name"], fields: ["name", "dir_id"], limit: 1 });
    assert.ok(picked.data[0].name && picked.data[0].dir_id && picked.data[0]._id);
  });

  it("refers to files from a document, and back", async () => {
    const album = { _type: "io.cozy.photos.albums", _id: (await client.collection("io.cozy.photos.albums").create({ name: "Album" })).data._id };
    const dir = await folder("Album");
    const [one, two] = [await upload("1.jpg", "1", dir._id), await upload("2.jpg", "2", dir._id)];
    await files.addReferencesTo(album, [one, two]);
    const { data, meta } = await files.findReferencedBy(album, { limit: 1 });
    assert.deepEqual([data.length, meta.count], [1, 2]);
    assert.deepEqual((await files.statById(one._id)).data.relationships.referenced_by.data, [{ id: album._id, type: album._type }]);
    await files.removeReferencesTo(album, [one]);
    assert.deepEqual((await files.findReferencedBy(album)).included.map((file) => file.attributes.name), ["2.jpg"]);
    await files.addReferencedBy(one, [{ _id: "c1", _type: "io.cozy.contacts" }]);
    await files.removeReferencedBy(one, [{ _id: "c1", _type: "io.cozy.contacts" }]);
    const { data: found } = await new CozyClient({ uri, token }).query(Q("io.cozy.files").referencedBy(album));
    assert.deepEqual(found.map((file) => file._id), [two._id]);
  });

  it("downloads a folder as an archive", async () => {
    const dir = await folder("Archive");
    const file = await upload("a.txt", "hello", dir._id);
    const link = await files.createArchiveLinkByIds({ ids: [file._id, dir._id], name: "things" });
    const bytes = Buffer.from(await (await fetch(uri + link)).arrayBuffer());
    assert.equal(bytes.subarray(0, 2).toString(), "PK");
  });

  it("reads what changed", async () => {
    const { newLastSeq } = await files.fetchChanges({ since: "" });
    const dir = await folder("Changed");
    const file = await upload("a.txt", "hello", dir._id);
    await files.destroy(file);
    const { results, newLastSeq: last, pending } = await files.fetchChanges({ since: newLastSeq }, { includeFilePath: true });
    assert.deepEqual(results.map((one) => [one.id, one.doc.path]), [[dir._id, "/Changed"], [file._id, "/.cozy_trash/a.txt"]]);
    assert.deepEqual([last, pending], [results[1].seq, 0]);
    const untrashed = await files.fetchChanges({ since: newLastSeq }, { skipTrashed: true, includeFilePath: true });
    assert.deepEqual(untrashed.results.map((one) => one.id), [dir._id]);
  });

  it("keeps folders from devices that do not want them", async () => {
    const dir = await folder("Big");
    const computer = { _id: "computer-1", _type: "io.cozy.oauth.clients" };
    await files.addNotSynchronizedDirectories(computer, [dir]);
    assert.equal((await files.findNotSynchronizedDirectories(computer)).data.length, 1);
    await files.removeNotSynchronizedDirectories(computer, [dir]);
    assert.equal((await files.findNotSynchronizedDirectories(computer)).data.length, 0);
  });
});
