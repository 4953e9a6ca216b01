// The calendar under mouse and keys: events are dragged to another day or time, their ends to another time, or they are
// moved with Shift and the arrows; empty time asks for a new event; the line of now goes on. All of it posts the forms that the pages have anyway.
import { csrf, h, isTyping, onArrival, process, state } from "./shared.js";
import "./spans.js";

const STEP = 15; // minutes
const DAY = 24 * 60;
const THRESHOLD = 5; // pixels before a press is a drag
const EDGE = 8; // pixels at the end of an event that take hold of its end
const calendar = () => document.querySelector(".calendar");
const two = (number) => String(number).padStart(2, "0");

// --- times, as the page writes them: 2026-11-27T14:30, on the owner's clock ---

const read = (text) => new Date(`${text}Z`);
const day = (date) => date.toISOString().slice(0, 10);
const time = (date) => date.toISOString().slice(11, 16);
const later = (date, minutes) => new Date(date.getTime() + minutes * 60_000);

// --- moving ---

let moved = ""; // the event that has just been moved: it has the focus on the page that follows

// length: in minutes, where that is another one.
function move(event, to, length = 0) {
  const from = read(event.dataset.start);
  if (from.getTime() === to.getTime() && !length) return;
  const url = new URL(event.href);
  const address = `${url.pathname.replace(/\/$/, "")}/move`;
  const fields = { at: event.dataset.at, day: day(to), time: time(to), ...(length ? { length } : {}) };
  moved = event.dataset.event;
  if (event.dataset.repeats !== undefined) return ask(`${address}?${new URLSearchParams(fields)}`);
  const hidden = (name, value) => h("input", { type: "hidden", name, value });
  const back = location.pathname + location.search;
  const form = h("form", { method: "post", action: address, hidden: true }, ...Object.entries({ ...fields, back, csrf_token: csrf() }).map(([name, value]) => hidden(name, value)));
  document.body.append(form);
  process(form);
  form.requestSubmit();
}

// A question of our pages, over this one.
function ask(address) {
  const link = h("a", { href: address, "data-dialog": true, hidden: true });
  calendar().append(link);
  link.click();
  link.remove();
}

onArrival(() => {
  if (!moved || !calendar()) return;
  const found = calendar().querySelector(`[data-event="${CSS.escape(moved)}"]`);
  moved = "";
  setTimeout(() => found?.focus());
});

// Whether there are hours: where there is little room, a week is a list of days.
const hasHours = () => Boolean(document.querySelector(".time .labels")?.checkVisibility());

// --- dragging, by mouse or pen: a finger scrolls ---

let drag = null;

document.addEventListener("dragstart", (event) => event.target.closest?.(".ev") && event.preventDefault());

document.addEventListener("pointerdown", (press) => {
  const event = press.target.closest?.(".calendar .ev[data-start]");
  if (!event || press.button || press.pointerType === "touch") return;
  const box = event.getBoundingClientRect();
  const blocks = hasHours() && event.closest(".blocks");
  const isEnd = Boolean(blocks) && !event.matches(".goes-on") && box.bottom - press.clientY <= Math.min(EDGE, box.height / 3);
  drag = { event, isEnd, x: press.clientX, y: press.clientY, offset: blocks ? press.clientY - box.top : 0, isTimed: Boolean(blocks), from: dayAt(press.clientX, press.clientY), to: null, began: false };
});

document.addEventListener("pointermove", (point) => {
  if (!drag) return;
  if (!drag.began) {
    if (Math.hypot(point.clientX - drag.x, point.clientY - drag.y) < THRESHOLD) return;
    drag.began = true;
    drag.event.toggleAttribute("data-held", true);
    getSelection().removeAllRanges();
  }
  point.preventDefault();
  show(point);
});

for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, (point) => finish(end === "pointerup" && point));
document.addEventListener("keydown", (key) => { if (key.key === "Escape" && drag?.began) { key.preventDefault(); finish(null); } }, true);

function show(point) {
  const here = placeAt(point.clientX, point.clientY);
  clear();
  drag.to = here && target(here, point.clientY);
  if (!drag.to) return;
  here.toggleAttribute("data-over", true);
  if (drag.isTimed) land(here);
}

// The day under a point: a cell of a month, a column among the hours; the strip of whole days has columns too.
function placeAt(x, y) {
  const under = document.elementFromPoint(x, y)?.closest(".calendar [data-day]");
  if (under) return under;
  return [...document.querySelectorAll(".time .blocks")].find((column) => {
    const { left, right, bottom } = column.getBoundingClientRect();
    return x >= left && x < right && y < bottom;
  }) ?? null;
}

const dayAt = (x, y) => placeAt(x, y)?.dataset.day ?? "";

function target(place, y) {
  const start = read(drag.event.dataset.start);
  if (drag.isTimed) {
    const box = place.getBoundingClientRect();
    const { first } = place.closest(".time").dataset;
    const minutes = ((y - (drag.isEnd ? 0 : drag.offset) - box.top) / hourOf(place)) * 60;
    if (drag.isEnd) {
      const end = later(read(`${place.dataset.day}T00:00`), first * 60 + Math.round(minutes / STEP) * STEP);
      return end > start ? end : null;
    }
    const at = Math.min(Math.max(first * 60 + Math.round(minutes / STEP) * STEP, 0), DAY - STEP);
    return later(read(`${place.dataset.day}T00:00`), at);
  }
  if (!drag.from) return null;
  return later(start, (read(`${place.dataset.day}T00:00`) - read(`${drag.from}T00:00`)) / 60_000);
}

// Pixels of an hour.
const hourOf = (column) => {
  const { first } = column.closest(".time").dataset;
  const hours = column.closest(".time").querySelectorAll(".labels li").length;
  return column.clientHeight / (hours || 24 - first);
};

function land(column) {
  const { first } = column.closest(".time").dataset;
  const since = read(`${column.dataset.day}T00:00`);
  const from = drag.isEnd ? read(drag.event.dataset.start) : drag.to;
  const minutes = Math.max((from - since) / 60_000 - first * 60, 0);
  const length = drag.isEnd ? (drag.to - since) / 60_000 - first * 60 - minutes : Number(drag.event.dataset.length);
  const shape = h("li", { class: "landing", "aria-hidden": "true" }, time(drag.to));
  const hour = hourOf(column);
  shape.style.insetBlockStart = `${(minutes / 60) * hour}px`;
  shape.style.blockSize = `${(length / 60) * hour}px`;
  column.append(shape);
}

function clear() {
  document.querySelectorAll(".calendar .landing").forEach((each) => each.remove());
  document.querySelectorAll(".calendar [data-over]").forEach((each) => each.removeAttribute("data-over"));
}

function finish(point) {
  if (!drag) return;
  const { event, began, isEnd, to } = drag;
  clear();
  event.removeAttribute("data-held");
  drag = null;
  if (!began) return;
  addEventListener("click", swallow, true);
  setTimeout(() => {
    removeEventListener("click", swallow, true);
    if (!point || !to) return;
    const start = read(event.dataset.start);
    if (isEnd) move(event, start, (to - start) / 60_000);
    else move(event, to);
  });
}

// The click that ends a drag opens nothing.
function swallow(click) {
  click.preventDefault();
  click.stopPropagation();
}

// --- empty time asks for a new event ---

document.addEventListener("click", (click) => {
  const place = click.target.closest?.(".calendar td[data-day], .time .blocks");
  if (!place || click.target.closest("a, button") || click.button) return;
  const query = new URLSearchParams({ day: place.dataset.day });
  if (place.matches(".blocks") && hasHours()) {
    const minutes = Number(place.closest(".time").dataset.first) * 60 + Math.floor(((click.clientY - place.getBoundingClientRect().top) / hourOf(place)) * 2) * 30;
    query.set("time", `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`);
  }
  ask(`/my/calendar/new?${query}`);
});

// --- keys ---

const VIEWS = { m: 0, w: 1, d: 2, l: 3 };

document.addEventListener("keydown", (key) => {
  if (!calendar() || key.defaultPrevented || key.ctrlKey || key.metaKey || key.altKey || isTyping(key.target)) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  const event = key.target.closest?.(".ev[data-start]");
  if (event && key.shiftKey) return shift(key, event);
  if (!state().shortcuts || key.shiftKey) return;
  const opened = key.target.closest?.(".ev[data-event]");
  if (opened && key.key === "Delete") { key.preventDefault(); return ask(`${new URL(opened.href).pathname}/delete?at=${encodeURIComponent(opened.dataset.at)}`); }
  const pressed = key.key in VIEWS ? calendar().querySelectorAll(".chips a")[VIEWS[key.key]] : document.querySelector(`main [data-press="${CSS.escape(key.key)}"]`);
  if (!pressed) return;
  key.preventDefault();
  pressed.click();
});

// Shift and an arrow: a day earlier or later; up and down: a quarter of an hour, in a month a week.
function shift(key, event) {
  const upright = event.matches(".block") ? STEP : 7 * DAY;
  const by = { ArrowLeft: -DAY, ArrowRight: DAY, ArrowUp: -upright, ArrowDown: upright }[key.key];
  if (!by) return;
  key.preventDefault();
  move(event, later(read(event.dataset.start), by));
}

// --- now ---

function tick() {
  const line = document.querySelector(".time .now");
  const shown = calendar()?.dataset.now;
  if (!line || !shown) return;
  const passed = Math.floor((Date.now() - arrived) / 60_000);
  const minutes = Number(shown.slice(11, 13)) * 60 + Number(shown.slice(14, 16)) + passed - line.closest(".time").dataset.first * 60;
  line.style.setProperty("--h", Math.floor(minutes / 60));
  line.style.setProperty("--m", minutes % 60);
}
let arrived = Date.now();
onArrival(() => (arrived = Date.now()));
setInterval(tick, 20_000);

// --- the time zone of this device, where the home has none yet ---

onArrival(() => {
  const form = document.querySelector("[data-zone]");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!form || !zone || zone === "UTC") return;
  form.elements.tz.value = zone;
  form.querySelector("[data-zone-name]").textContent = zone.replaceAll("_", " ");
  form.hidden = false;
});
