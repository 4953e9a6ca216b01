// The upload tray: a queue over tus that survives page changes, reloads and lost connections.
import { Upload } from "tus-js-client";
import { csrf, h, icon, refresh, say, state, t, tn } from "./shared.js";
import * as kept from "./kept.js";

const AT_ONCE = 3;
const CHUNK = 64 * 2 ** 20;
const ONE_REQUEST = 2 ** 20; // small files travel with their creation
const RETRY_MS = [0, 1000, 3000, 5000, 10_000];
const LATER_MS = 15_000;

// An item: { key, file, name, size, dir, path, conflict, url, sent, code, status }. code: of the link whose guest sends it, "" for the owner.
// status: queued, sending, paused, waiting (no connection), conflict, missing (the file must be chosen again), failed, done.
const items = new Map();
const ENDED = new Set(["done", "failed"]);
const OPEN = new Set(["queued", "sending", "waiting"]);
const tray = () => document.querySelector("upload-tray");
let allPaused = false;
let sameAnswer = "";
let refreshed = 0;

// files: [{ file, path }], path being the folder inside dir ("" for dir itself).
export async function add(files, dir) {
  const fresh = files.map(({ file, path }) => ({
    key: crypto.randomUUID(), file, name: file.name, size: file.size, type: file.type, modified: file.lastModified,
    dir, path, conflict: state().code ? "keep_both" : "fail", url: null, sent: 0, code: state().code ?? "", status: "queued",
  }));
  if (![...items.values()].some((item) => !ENDED.has(item.status))) clear();
  for (const item of fresh) items.set(item.key, item);
  draw();
  pump();
  await kept.put(fresh);
}

// Files and folders that were dropped, as add() wants them.
export async function walk(entries, path = "") {
  const found = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ file: entry, path });
    else if (entry.isFile) found.push({ file: await new Promise((done, failed) => entry.file(done, failed)), path });
    else found.push(...(await walk(await children(entry), path ? `${path}/${entry.name}` : entry.name)));
  }
  return found;
}

async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return all;
    all.push(...some);
  }
}

// What a reload cut off: goes on by itself when the browser kept the file, else asks for the file again.
export async function resume() {
  for (const record of await kept.all()) {
    if (items.has(record.key)) continue;
    items.set(record.key, { ...record, isKept: Boolean(record.file), status: record.file ? "queued" : "missing" });
  }
  draw();
  pump();
}

function pump() {
  if (allPaused) return;
  const running = [...items.values()].filter((item) => item.status === "sending").length;
  [...items.values()].filter((item) => item.status === "queued").slice(0, AT_ONCE - running).forEach(start);
  finishMaybe();
}

function start(item) {
  item.status = "sending";
  item.upload = new Upload(item.file, {
    endpoint: state().uploads,
    uploadUrl: item.url,
    chunkSize: CHUNK,
    uploadDataDuringCreation: item.size <= ONE_REQUEST,
    storeFingerprintForResuming: false,
    retryDelays: RETRY_MS,
    metadata: {
      name: item.name, dir_id: item.dir, path: item.path, mime: item.type || "application/octet-stream",
      updated_at: new Date(item.modified).toISOString(), on_conflict: item.conflict,
    },
    onBeforeRequest: (request) => (item.code ? request.setHeader("Authorization", `Bearer ${item.code}`) : request.setHeader("X-CSRF-Token", csrf())),
    onShouldRetry: (error) => isTemporary(error) && navigator.onLine,
    onUploadUrlAvailable: () => { item.url = item.upload.url; kept.update(item); },
    onProgress: (sent) => { item.sent = sent; drawSoon(); },
    onSuccess: () => end(item, "done"),
    onError: (error) => failed(item, error),
  });
  item.upload.start();
  draw();
}

const statusOf = (error) => error.originalResponse?.getStatus() ?? 0;

function isTemporary(error) {
  const status = statusOf(error);
  if (status === 409 || status === 423) return !isNameTaken(error);
  return !status || status === 408 || status === 429 || (status >= 500 && status !== 507);
}

// A 409 is also tus's word for an offset that does not fit (tus 1.0, PATCH): asking the server where it stands mends that.
const isNameTaken = (error) => statusOf(error) === 409 && /"errors"/.test(error.originalResponse.getBody());

function failed(item, error) {
  const status = statusOf(error);
  if (item.status !== "sending") return;
  if (isNameTaken(error)) {
    item.status = "conflict";
    item.url = null;
    item.sent = 0;
    if (sameAnswer) return answer(item, sameAnswer);
  } else if ((status === 404 || status === 410) && item.url) {
    item.url = null;
    item.status = "queued";
  } else if (isTemporary(error)) {
    item.status = "waiting";
    setTimeout(wake, LATER_MS);
  } else {
    item.reason = reasonOf(item, status, error);
    return end(item, "failed");
  }
  draw();
  pump();
}

function reasonOf(item, status, error) {
  if (status === 413 || status === 507) return t("There is no room left for this file.");
  if (item.code && [400, 401, 403, 404].includes(status)) return t("The link does not let you add anything any more.");
  if (status === 401 || status === 403) return t("You are no longer logged in. Log in again, then choose the file once more.");
  if (status === 404) return t("The folder is gone.");
  try {
    const { detail, title } = JSON.parse(error.originalResponse.getBody()).errors[0];
    return detail || title;
  } catch {
    return t("This file could not be sent.");
  }
}

function wake() {
  if (!navigator.onLine) return;
  for (const item of items.values()) if (item.status === "waiting") item.status = "queued";
  draw();
  pump();
}
addEventListener("online", wake);

function end(item, status) {
  item.status = status;
  item.upload = null;
  item.file = null;
  kept.remove([item.key]);
  say(status === "done" ? t("%(name)s has arrived.", { name: item.name }) : t("%(name)s was not sent. %(reason)s", { name: item.name, reason: item.reason }));
  draw();
  if (status === "done") showArrival(item);
  pump();
}

// The folder on the page shows what has arrived, now and then while more comes.
function showArrival(item) {
  if (document.querySelector("main [data-drop]")?.dataset.drop !== item.dir) return;
  const busy = [...items.values()].some((other) => OPEN.has(other.status));
  if (busy && Date.now() - refreshed < 3000) return;
  if (document.querySelector("dialog[open], .files .pick input:checked, :popover-open")) return;
  refreshed = Date.now();
  refresh();
}

function finishMaybe() {
  const busy = [...items.values()].some((item) => OPEN.has(item.status));
  tray()?.toggleAttribute("busy", busy);
  if (!busy) sameAnswer = "";
}

function pause(item) {
  item.status = "paused";
  item.upload?.abort();
  draw();
  pump();
}

function go(item) {
  item.status = "queued";
  draw();
  pump();
}

function cancel(item) {
  item.status = "failed";
  item.upload?.abort(Boolean(item.url)).catch(() => {});
  items.delete(item.key);
  kept.remove([item.key]);
  draw();
  pump();
}

// A name that is taken: "keep_both", "replace" or "skip".
function answer(item, choice) {
  if (choice === "skip") return cancel(item);
  item.conflict = choice;
  kept.update(item);
  go(item);
}

function clear() {
  const old = [...items.values()].filter((item) => ENDED.has(item.status));
  old.forEach((item) => items.delete(item.key));
  draw();
}

function findAgain(item) {
  const input = document.createElement("input");
  input.type = "file";
  input.addEventListener("change", () => {
    const [file] = input.files;
    if (file?.name !== item.name || file.size !== item.size) return say(t("This is not the same file."));
    item.file = file;
    go(item);
  });
  input.click();
}

// Leaving loses nothing but files that the browser could not keep.
addEventListener("beforeunload", (event) => {
  if ([...items.values()].some((item) => OPEN.has(item.status) && !kept.has(item.key))) event.preventDefault();
});

// --- what people see ---

const drawn = new Map();
let frame = 0;
const drawSoon = () => { frame ||= requestAnimationFrame(() => { frame = 0; draw(); }); };

function draw() {
  const element = tray();
  if (!element) return;
  const all = [...items.values()];
  if (!all.length) { element.replaceChildren(); element.classList.remove("tray"); drawn.clear(); return; }
  if (!element.firstChild) frameOf(element);
  const left = all.filter((item) => !ENDED.has(item.status));
  const total = all.reduce((sum, item) => sum + item.size, 0);
  const sent = all.reduce((sum, item) => sum + (item.status === "done" ? item.size : Math.min(item.sent, item.size)), 0);
  element.querySelector("h2").textContent = left.length
    ? tn("Sending %(num)s file", "Sending %(num)s files", left.length)
    : tn("%(num)s file has arrived", "%(num)s files have arrived", all.filter((item) => item.status === "done").length);
  const whole = element.querySelector("[data-whole]");
  whole.max = total || 1;
  whole.value = total ? sent : 1;
  whole.hidden = !left.length;
  element.querySelector("[data-pause-all]").hidden = !all.some((item) => OPEN.has(item.status));
  element.querySelector("[data-go-all]").hidden = !all.some((item) => item.status === "paused");
  element.querySelector("[data-clear]").hidden = left.length > 0;
  element.querySelector(".tip").hidden = !left.length;
  const shown = pick(all);
  const list = element.querySelector("ul");
  for (const [key, row] of drawn) if (!shown.some((item) => item.key === key)) { row.remove(); drawn.delete(key); }
  for (const item of shown) row(list, item);
  const hidden = all.length - shown.length;
  const rest = element.querySelector("[data-rest]");
  rest.hidden = !hidden;
  rest.textContent = hidden ? tn("and %(num)s more", "and %(num)s more", hidden) : "";
}

// A long queue shows what needs somebody first, then what moves.
const ORDER = ["conflict", "missing", "failed", "sending", "waiting", "paused", "queued", "done"];
const pick = (all) => (all.length <= 50 ? all : [...all].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status)).slice(0, 50));

function frameOf(element) {
  element.classList.add("tray");
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", t("Uploads"));
  const small = (name, label, attributes) => h("button", { class: "btn plain icon-only", type: "button", "aria-label": label, title: label, ...attributes }, icon(name));
  const fold = small("chevron-down", t("Fold"), { "aria-expanded": "true", onclick: () => fold.setAttribute("aria-expanded", String(!element.classList.toggle("folded"))) });
  element.append(
    h("div", { class: "head" }, h("h2", {}), small("pause", t("Pause all"), { "data-pause-all": true, onclick: () => { [...items.values()].filter((item) => OPEN.has(item.status)).forEach(pause); } }),
      small("play", t("Resume all"), { "data-go-all": true, onclick: () => { [...items.values()].filter((item) => item.status === "paused").forEach(go); } }), fold,
      small("x", t("Close"), { "data-clear": true, onclick: clear })),
    h("progress", { "data-whole": true, "aria-label": t("All files") }),
    h("ul", { role: "list", tabindex: "0", "aria-label": t("Uploads") }),
    h("p", { class: "muted", "data-rest": true }),
    h("p", { class: "muted tip" }, t("You can change page: sending goes on.")));
}

function row(list, item) {
  let element = drawn.get(item.key);
  if (!element) {
    element = h("li", {}, h("span", { class: "f", title: item.path ? `${item.path}/${item.name}` : item.name }, item.name), h("span", { class: "state" }), h("span", { class: "row" }));
    drawn.set(item.key, element);
  }
  if (element.parentNode !== list) list.append(element);
  const bar = element.querySelector("progress");
  if (item.status === "sending" || item.status === "paused" || item.status === "waiting") {
    const shown = bar ?? element.appendChild(h("progress", { "aria-label": item.name }));
    shown.max = item.size || 1;
    shown.value = item.sent;
  } else bar?.remove();
  const label = element.querySelector(".state");
  const text = words(item);
  if (label.textContent !== text) label.textContent = text;
  if (element.dataset.status === item.status) return;
  element.dataset.status = item.status;
  label.classList.toggle("bad", item.status === "failed");
  label.classList.toggle("done", item.status === "done");
  const { name } = item;
  const tool = (sign, label, run) => h("button", { class: "btn plain icon-only", type: "button", "aria-label": label, title: label, onclick: run }, icon(sign));
  element.lastElementChild.matches(".choices") && element.lastElementChild.remove();
  element.querySelector(".row").replaceChildren(...[
    OPEN.has(item.status) && tool("pause", t("Pause %(name)s", { name }), () => pause(item)),
    item.status === "paused" && tool("play", t("Resume %(name)s", { name }), () => go(item)),
    !ENDED.has(item.status) && tool("x", t("Cancel %(name)s", { name }), () => cancel(item)),
  ].filter(Boolean));
  if (item.status === "conflict") element.append(choices(item));
  if (item.status === "missing") element.append(h("div", { class: "choices" }, h("button", { class: "btn line", type: "button", onclick: () => findAgain(item) }, t("Choose the file again"))));
}

function words(item) {
  const percent = item.size ? Math.floor((100 * item.sent) / item.size) : 0;
  return {
    queued: t("Waiting"), sending: `${percent} %`, paused: t("Paused"), waiting: t("No connection"),
    conflict: t("Name taken"), missing: t("Interrupted"), done: t("Arrived"), failed: item.reason ?? "",
  }[item.status];
}

function choices(item) {
  const every = h("input", { type: "checkbox" });
  const button = (choice, label) => h("button", { class: "btn line", type: "button", onclick: () => {
    if (every.checked) {
      sameAnswer = choice;
      [...items.values()].filter((other) => other.status === "conflict").forEach((other) => answer(other, choice));
    } else answer(item, choice);
  } }, label);
  return h("div", { class: "choices", role: "group", "aria-label": t("%(name)s exists already", { name: item.name }) },
    button("keep_both", t("Keep both")), button("replace", t("Replace")), button("skip", t("Skip")),
    h("label", { class: "tick" }, every, h("span", {}, t("The same for all"))));
}
