// A list of files under mouse, keyboard and finger: choose, range, open, act, drag to another folder.
import { csrf, fill, h, isTyping, process, state, tn } from "./shared.js";

const list = () => document.querySelector("[data-list]");
const rows = () => [...list().querySelectorAll("tr[data-id]")];
const box = (row) => row.querySelector(".pick input");
const chosen = () => [...list().querySelectorAll("tr[data-id] .pick :checked")].map((ticked) => ticked.closest("tr"));
let anchor = null;

function count() {
  const label = document.querySelector("[data-count]");
  const number = chosen().length;
  if (label) label.textContent = tn("%(num)s item", "%(num)s items", number);
  const all = list()?.querySelector("[data-all]");
  if (all) { all.checked = number > 0 && number === list().querySelectorAll("tr[data-id]").length; all.indeterminate = number > 0 && !all.checked; }
}

function choose(row, wanted = !box(row).checked) {
  box(row).checked = wanted;
  anchor = row;
  count();
}

function range(row) {
  const all = rows();
  const [from, to] = [all.indexOf(anchor ?? row), all.indexOf(row)].sort((a, b) => a - b);
  all.slice(Math.max(from, 0), to + 1).forEach((each) => (box(each).checked = true));
  count();
}

const none = () => { rows().forEach((row) => (box(row).checked = false)); count(); };

document.addEventListener("change", ({ target }) => {
  if (!target.closest("[data-list]")) return;
  if (target.matches("[data-all]")) rows().forEach((row) => (box(row).checked = target.checked));
  else anchor = target.closest("tr");
  count();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-none]")) return none();
  const row = event.target.closest("[data-list] tr[data-id]");
  if (!row) return;
  if (event.shiftKey && !event.target.closest(".act")) {
    event.preventDefault();
    getSelection().removeAllRanges();
    return range(row);
  }
  const touching = held || (matchMedia("(pointer: coarse)").matches && chosen().length);
  const onLink = event.target.closest("a:not([data-menu])");
  if (onLink && touching) { event.preventDefault(); event.stopPropagation(); if (!held) choose(row); held = false; return; }
  held = false;
  if (!event.target.closest("a, button, label, input")) choose(row);
}, true);

document.addEventListener("dblclick", (event) => {
  const row = event.target.closest("[data-list] tr[data-id]");
  if (row && !event.target.closest("a, button, label, input")) row.querySelector(".name a").click();
});

// A finger held on a row chooses it.
let timer;
let held = false;
document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest("[data-list] tr[data-id]");
  held = false; // a hold that ended in no click
  if (!row || event.pointerType !== "touch") return;
  timer = setTimeout(() => { held = true; choose(row, true); navigator.vibrate?.(10); }, 500);
});
for (const end of ["pointerup", "pointercancel", "pointermove"]) document.addEventListener(end, (event) => { if (end !== "pointermove" || Math.hypot(event.movementX, event.movementY) > 6) clearTimeout(timer); });
document.addEventListener("contextmenu", (event) => { if (held && event.target.closest("[data-list]")) event.preventDefault(); });

// A download is the browser's own affair: the form goes out without htmx, which would read the answer into memory.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-native]");
  if (!button) return;
  event.preventDefault();
  const action = button.form.getAttribute("action");
  button.form.action = button.formAction;
  button.form.submit();
  button.form.setAttribute("action", action);
});

const MOVES = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

document.addEventListener("keydown", (event) => {
  if (!list() || event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  const row = event.target.closest("[data-list] tr[data-id]");
  const free = row || event.target === document.body || event.target.closest("main");
  if (!free) return;
  if (event.key === "Escape" && chosen().length) return none();
  if (!state().shortcuts && !row) return;
  if (event.key in MOVES && !event.ctrlKey && !event.metaKey) return step(event, row, MOVES[event.key]);
  if ((event.ctrlKey || event.metaKey) && event.key === "a") { event.preventDefault(); rows().forEach((each) => (box(each).checked = true)); return count(); }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && row && !event.target.closest("input, button, [data-menu]")) { event.preventDefault(); return event.shiftKey ? range(row) : choose(row); }
  act(event, row);
});

function step(event, row, by) {
  const all = rows();
  const columns = list().classList.contains("cells") && row ? all.filter((each) => each.offsetTop === all[0].offsetTop).length : 1;
  const at = row ? all.indexOf(row) + by * columns : 0;
  const next = all[Math.min(Math.max(at, 0), all.length - 1)];
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey && row) { anchor ??= row; range(next); }
  next.querySelector(".name a").focus();
  next.scrollIntoView({ block: "nearest" });
}

// A key stands on a button of the selection bar or on an item of the rows' menu (data-key).
function act(event, row) {
  const button = document.querySelector(`.selbar [data-key="${CSS.escape(event.key)}"]`);
  if (button && (row || chosen().length)) {
    if (!chosen().length) choose(row, true);
    return press(event, button);
  }
  const one = row ?? (chosen().length === 1 ? chosen()[0] : null);
  const opener = one?.querySelector("[data-menu]");
  if (!opener) return;
  press(event, fill(opener, false).querySelector(`[data-key="${CSS.escape(event.key)}"]:not([hidden])`));
}

function press(event, element) {
  if (!element) return;
  event.preventDefault();
  element.click();
}

// Dragging rows onto a folder or a crumb moves them: the table's data-move is where that is posted.
document.addEventListener("dragstart", (event) => {
  const row = event.target.closest?.("[data-list][data-move] tr[data-id]");
  if (!row) return;
  const moved = box(row).checked ? chosen() : [row];
  event.dataTransfer.setData("application/x-cozy-ids", JSON.stringify(moved.map((each) => each.dataset.id)));
  event.dataTransfer.effectAllowed = "move";
});
let over = null;
const mark = (target) => { if (over !== target) { over?.removeAttribute("data-over"); target?.setAttribute("data-over", ""); over = target; } };
const carriesRows = (event) => event.dataTransfer?.types.includes("application/x-cozy-ids");
document.addEventListener("dragover", (event) => {
  if (!carriesRows(event)) return;
  const target = event.target.closest("[data-into]");
  mark(target);
  if (target) { event.preventDefault(); event.dataTransfer.dropEffect = "move"; }
});
document.addEventListener("dragend", () => mark(null));
document.addEventListener("drop", (event) => {
  if (!carriesRows(event)) return;
  event.preventDefault();
  const target = event.target.closest("[data-into]");
  mark(null);
  if (!target) return;
  const ids = JSON.parse(event.dataTransfer.getData("application/x-cozy-ids")).filter((id) => id !== target.dataset.into);
  if (ids.length) send(list().dataset.move, { csrf_token: csrf(), into: target.dataset.into }, ids);
});

function send(action, fields, ids) {
  const hidden = (name, value) => h("input", { type: "hidden", name, value });
  const form = h("form", { method: "post", action, hidden: true }, ...Object.entries(fields).map(([name, value]) => hidden(name, value)), ...ids.map((id) => hidden("ids", id)));
  document.body.append(form);
  process(form);
  form.requestSubmit();
}

// Whoever is on a line stays there while the list is brought up to date, or goes to the next one when it has left.
let at = -1;
document.addEventListener("htmx:before:swap", () => (at = list() ? rows().indexOf(document.activeElement?.closest("tr[data-id]")) : -1));
document.addEventListener("htmx:after:swap", () => {
  if (!list()) return;
  count();
  if (at >= 0 && document.activeElement === document.body) rows()[Math.min(at, rows().length - 1)]?.querySelector(".name a").focus();
});
count();
