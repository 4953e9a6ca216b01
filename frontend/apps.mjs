// What apps of the Cozy ecosystem expect under /assets/: fonts, the bar and the client of older apps, icons.
// Written to src/cozy/rooms/apps/static/dist with a manifest.json: {name: {tag, encodings}}; packed forms lie beside each file.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = "src/cozy/rooms/apps/static/dist";
const out = `${dist}.new`;
const icons = "src/cozy/ui/static/icons";
const packed = /\.(css|js|svg)$/;
const manifest = {};

async function put(name, bytes) {
  const encodings = packed.test(name) ? { gzip: [".gz", gzipSync(bytes, { level: 9 })], br: [".br", brotli(bytes)] } : {};
  await mkdir(dirname(`${out}/${name}`), { recursive: true });
  await writeFile(`${out}/${name}`, bytes);
  for (const [suffix, form] of Object.values(encodings)) await writeFile(`${out}/${name}${suffix}`, form);
  manifest[name] = { tag: createHash("sha256").update(bytes).digest("hex").slice(0, 16), encodings: Object.keys(encodings) };
}

function brotli(bytes) {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
}

async function copy(from, name) {
  await put(name, await readFile(from));
}

// A family out of a font package, woff2 alone, under the name that apps use.
async function family(folder, sheets, name) {
  let css = "";
  for (const sheet of sheets) css += await readFile(`${folder}/${sheet}`, "utf8");
  for (const [, file] of css.matchAll(/url\(\.\/files\/([^)]+\.woff2)\)/g)) await copy(`${folder}/files/${file}`, `fonts/${file}`);
  return css
    .replace(/font-family: '[^']+'/g, `font-family: "${name}"`)
    .replace(/,\s*url\([^)]+\.woff\)\s*format\('woff'\)/g, "")
    .replace(/url\(\.\/files\//g, "url(");
}

// One picture in the format that browsers ask for unasked (an .ico may hold a PNG).
async function favicon(from) {
  const png = await readFile(from);
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.writeUInt8(192, 6);
  head.writeUInt8(192, 7);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(32, 12);
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(22, 18);
  await put("favicon.ico", Buffer.concat([head, png]));
}

for (const left of [out, `${dist}.old`]) await rm(left, { recursive: true, force: true });
const lato = await family("node_modules/@fontsource/lato", ["400.css", "700.css"], "Lato");
const inter = await family("node_modules/@fontsource-variable/inter", ["index.css"], "Inter");
await put("fonts/fonts.css", Buffer.from(lato + inter));
// Older pages load these ahead, under the names that they had for years; and a counter of visitors, which counts nobody here.
for (const [weight, name] of [[400, "Regular"], [700, "Bold"]]) {
  await copy(`node_modules/@fontsource/lato/files/lato-latin-${weight}-normal.woff2`, `fonts/Lato-${name}.immutable.woff2`);
}
await put("js/piwik.js", Buffer.from("// Nobody is counted here.\n"));
await copy("node_modules/.packed/cozy-bar/dist/cozy-bar.min.js", "js/cozy-bar.min.js");
await copy("node_modules/.packed/cozy-bar/dist/cozy-bar.min.css", "css/cozy-bar.min.css");
await copy("node_modules/.packed/cozy-client-js/dist/cozy-client.min.js", "js/cozy-client.min.js");
await copy("frontend/apps/default-wallpaper.svg", "images/default-wallpaper.svg");
await copy(`${icons}/cozy.svg`, "images/icon-cozy-home.svg");
await copy("frontend/apps/home-inverted.svg", "images/icon-cozy-home-inverted.svg");
await copy(`${icons}/cozy.svg`, "icon.svg");
await copy(`${icons}/apple-180.png`, "apple-touch-icon.png");
for (const size of [192, 512]) await copy(`${icons}/cozy-${size}.png`, `icon-${size}.png`);
await favicon(`${icons}/cozy-192.png`);
await writeFile(`${out}/manifest.json`, JSON.stringify(manifest, null, 1));
// A server or a test that is running misses them for no longer than two renames take.
if (existsSync(dist)) await rename(dist, `${dist}.old`);
await rename(out, dist);
await rm(`${dist}.old`, { recursive: true, force: true });
