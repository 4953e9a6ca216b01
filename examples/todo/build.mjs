// Bundles the app into build/: the folder to give to `cozy serve --appdir todo:build`.
import { context } from "esbuild";

const built = await context({
  entryPoints: ["src/app.js", "src/style.css", "src/index.html", "src/icon.svg", "manifest.webapp"],
  entryNames: "[name]",
  outdir: "build",
  bundle: true,
  minify: true,
  target: ["chrome120", "firefox121", "safari17.4"],
  banner: { js: "globalThis.process ??= { env: {} };" }, // cozy-client looks for Node's
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  loader: { ".html": "copy", ".svg": "copy", ".webapp": "copy" },
});
await built.rebuild();
if (process.argv.includes("--watch")) await built.watch();
else await built.dispose();
