// Where files come in: choosers, drops on a folder, the device's camera. The queue itself is loaded with the first file.
import { onArrival, state } from "./page.js";

const queue = () => import("./uploads.js");

customElements.define("upload-tray", class extends HTMLElement {});

// The folder on the page, or the home's inbox; `within` is a folder inside it, which what comes makes.
const here = () => {
  const zone = document.querySelector("main [data-drop]");
  return zone?.dataset.drop ? zone.dataset : { drop: state().inbox };
};

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-upload]");
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
  const { drop, within = "" } = here();
  input.addEventListener("change", async () => {
    const files = [...input.files].map((file) => ({ file, path: joined(within, parent(file.webkitRelativePath)) }));
    (await queue()).add(files, drop);
  });
  input.click();
}

const parent = (path) => path.split("/").slice(0, -1).join("/");
const joined = (...steps) => steps.filter(Boolean).join("/");

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
  const { into, drop, within } = zone.dataset;
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter(Boolean);
  const { add, walk } = await queue();
  add(await walk(entries, into ? "" : within), into ?? drop);
});

// What a reload or a lost connection cut off goes on by itself.
let looked = false;
onArrival(async () => {
  if (looked || !state().uploads || !localStorage.getItem("cozy.uploads")) return;
  looked = true;
  (await queue()).resume();
});
