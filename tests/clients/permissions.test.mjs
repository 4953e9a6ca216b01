// Links and grants, as PermissionCollection of cozy-stack-client handles them.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ask, rejects, stack } from "./home.mjs";

const ROOT = "io.cozy.files.root-dir";
const owner = stack();
const permissions = owner.collection("io.cozy.permissions");
const files = owner.collection("io.cozy.files");

async function shared(name) {
  const { data: dir } = await files.createDirectory({ name, dirId: ROOT });
  const { data: file } = await files.createFile("hello", { name: "a.txt", dirId: dir._id, contentType: "text/plain" });
  return { dir, file };
}

describe("PermissionCollection", () => {
  it("says what one may do oneself", async () => {
    const { data } = await permissions.getOwnPermissions();
    assert.equal(data._type, "io.cozy.permissions");
    assert.ok(Object.keys(data.attributes.permissions).length);
  });

  it("makes a link to a folder, through which a visitor sees it and nothing else", async () => {
    const { dir, file } = await shared("Shared");
    const { data: link } = await permissions.createSharingLink({ _id: dir._id, _type: "io.cozy.files" }, { verbs: ["GET"] });
    const { code } = link.attributes.codes;
    const shortcode = Object.values(link.attributes.shortcodes)[0];
    assert.ok(code && shortcode);
    for (const held of [code, shortcode]) {
      const visitor = stack(held).collection("io.cozy.files");
      assert.equal((await visitor.statById(dir._id)).data.name, "Shared");
      assert.equal(await (await visitor.fetchFileContentById(file._id)).text(), "hello");
      await assert.rejects(visitor.statById(ROOT), (error) => [403, 404].includes(error.status));
      await assert.rejects(visitor.createDirectory({ name: "x", dirId: dir._id }), (error) => [403, 404].includes(error.status));
    }
    const visitor = stack(code).collection("io.cozy.permissions");
    const { data: own } = await visitor.getOwnPermissions();
    assert.deepEqual(own.attributes.permissions, link.attributes.permissions);
    const { data: links } = await permissions.findLinksByDoctype("io.cozy.files");
    assert.ok(links.some((one) => one.id === link.id));
    assert.deepEqual((await permissions.fetchAllLinks({ _id: dir._id, _type: "io.cozy.files" })).data.map((one) => one.id), [link.id]);
    await permissions.revokeSharingLink({ _id: dir._id, _type: "io.cozy.files" });
    await assert.rejects(stack(code).collection("io.cozy.files").statById(dir._id), (error) => [400, 401].includes(error.status));
  });

  it("makes links with more codes, an end and a password, and changes them", async () => {
    const { dir } = await shared("Guarded");
    const { data: made } = await permissions.create({
      _type: "io.cozy.permissions", codes: "ada,bob", ttl: "1D", password: "Secret-1",
      permissions: { files: { type: "io.cozy.files", verbs: ["GET"], values: [dir._id] } },
    });
    assert.deepEqual(Object.keys(made.attributes.codes).sort(), ["ada", "bob"]);
    const { id } = made;
    const { data: more } = await permissions.add({ _type: "io.cozy.permissions", _id: id, id }, { tags: { type: "io.cozy.tags", verbs: ["GET"] } });
    assert.ok(more.attributes.permissions.tags);
    const { data: read } = await permissions.get(id);
    assert.equal(read.attributes.permissions.files.values[0], dir._id);
    await permissions.destroy({ _id: id, id, _type: "io.cozy.permissions" });
    await assert.rejects(permissions.get(id), rejects(404));
  });

  it("refuses what is not one's own to give", async () => {
    const { data: link } = await permissions.createSharingLink({ _id: (await shared("Mine")).dir._id, _type: "io.cozy.files" }, { verbs: ["GET"] });
    const held = Object.values(link.attributes.codes)[0];
    const { status } = await ask("POST", "/permissions?codes=more", { data: { type: "io.cozy.permissions", attributes: { permissions: { all: { type: "io.cozy.files" } } } } }, held);
    assert.equal(status, 403);
  });
});
