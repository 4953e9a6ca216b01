// Where files come in: choosers, drops on a folder, the device's camera. The queue itself is loaded with the first file.
import { onArrival, state } from "./page.js";

const queue = () => import("./uploads.js");

customElements.define("upload-tray", class extends HTMLElement {});

// The folder on the page, or the home's inbox.
const here = () => document.querySelector("main [data-drop]")?.dataset.drop || state().inbox;

document.addEventListener("click", (event) => {
  const opener = event.target.closest("a[data-upload]");
  if (!opener || !state().uploads) return;
  event.preventDefault();
  choose(opener.dataset.upload);
});

// A hidden chooser of the asked kind; what is picked goes to the folder that was on the page.
function choose(kind) {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = kind !== "camera";
  input.webkitdirectory = kind === "folder";
  if (kind === "camera" || kind === "photos") input.accept = "image/*,video/*";
  if (kind === "camera") {
    input.setAttribute("capture", "environment"); // an attribute: not every browser has the property
  }
  const folder = here();
  input.addEventListener("change", async () => {
    const files = [...input.files].map((file) => ({ file, path: parent(file.webkitRelativePath) }));
    (await queue()).add(files, folder);
  });
  input.click();
}

const parent = (path) => path.split("/").slice(0, -1).join("/");

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") && state().uploads;
const zoneOf = (event) => event.target.closest?.("[data-into]:is([data-kind~=folder], a)") ?? event.target.closest?.("main")?.querySelector("[data-drop]");
let over = null;

function mark(zone) {
  if (over === zone) return;
  over?.removeAttribute("data-over");
  zone?.setAttribute("data-over", "");
  over = zone;
}

document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const zone = zoneOf(event);
  event.dataTransfer.dropEffect = zone ? "copy" : "none";
  mark(zone);
});
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) mark(null); });
document.addEventListener("drop", async (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const zone = zoneOf(event);
  mark(null);
  if (!zone) return;
  const folder = zone.dataset.into ?? zone.dataset.drop;
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const { add, walk } = await queue();
  add(await walk(entries), folder);
});

// What a reload or a lost connection cut off goes on by itself.
let looked = false;
onArrival(async () => {
  if (looked || !state().uploads || !localStorage.getItem("cozy.uploads")) return;
  looked = true;
  (await queue()).resume();
});
