// People: rows of their form, the list under the keyboard and its place while one looks at one after another.
import { isTyping, onArrival, say, t } from "./shared.js";

const HEADING = 32; // pixels of the letter above the lines, which stays in view
const roll = () => document.querySelector("[data-roll]");

// Rows are added and removed at once; without scripts the same buttons ask the server.
document.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-add-row]");
  const remover = event.target.closest("[data-remove-row]");
  if (!adder && !remover) return;
  event.preventDefault();
  if (adder) add(adder);
  else remove(remover);
}, true);

let fresh = 0;

function add(button) {
  const template = button.parentElement.querySelector("template");
  const row = template.content.firstElementChild.cloneNode(true);
  fresh += 1;
  for (const element of row.querySelectorAll("[id], [for]")) for (const name of ["id", "for"]) {
    if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace("-new", `-new${fresh}`));
  }
  button.before(row);
  row.querySelector("input:not([type=hidden]), textarea").focus();
}

function remove(button) {
  const row = button.closest("[data-row]");
  const rows = row.parentElement;
  row.remove();
  rows.querySelector("[data-add-row]").focus();
  say(t("Removed."));
}

// The list stays where it was scrolled to while the person beside it changes.
let top = null;
document.addEventListener("htmx:before:swap", () => (top = roll()?.scrollTop ?? null));
onArrival(() => {
  const list = roll();
  if (!list || list.scrollHeight <= list.clientHeight) return;
  if (top !== null) list.scrollTop = top;
  bringIntoView(list);
  requestAnimationFrame(() => bringIntoView(list)); // what had not been laid out may be of another height than was thought
});

// Scrolls the list alone: the page stays where it is.
function bringIntoView(list) {
  const current = list.querySelector("[aria-current]");
  if (!current) return;
  const [line, around] = [current.getBoundingClientRect(), list.getBoundingClientRect()];
  if (line.top < around.top + HEADING || line.bottom > around.bottom) list.scrollTop += line.top - around.top - list.clientHeight / 2;
}

// A letter scrolls the list alone as well, and the keyboard goes on from there.
document.addEventListener("click", (event) => {
  const letter = event.target.closest(".letters a[href^='#']");
  const list = roll();
  if (!letter || list.scrollHeight <= list.clientHeight || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const section = document.getElementById(letter.hash.slice(1)).parentElement;
  const go = () => (list.scrollTop += section.getBoundingClientRect().top - list.getBoundingClientRect().top);
  go();
  requestAnimationFrame(go);
  section.querySelector("a").focus({ preventScroll: true });
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.target?.id === "names") say(document.getElementById("names").dataset.said);
});

const MOVES = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
document.addEventListener("keydown", (event) => {
  if (!roll() || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], [popover]:popover-open")) return;
  const people = [...roll().querySelectorAll(".person")];
  const at = people.indexOf(document.activeElement);
  if (document.activeElement?.id === "who" ? event.key === "ArrowDown" : event.key in MOVES && at >= 0 && !isTyping(event.target)) {
    event.preventDefault();
    people[Math.min(Math.max(at + (MOVES[event.key] ?? 0), 0), people.length - 1)]?.focus();
  }
});

// A file that is dropped is chosen, as if by hand.
for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, (event) => {
  const zone = event.target.closest?.("[data-drop-file]");
  if (!zone || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  event.stopPropagation();
  zone.toggleAttribute("data-over", name === "dragover");
  if (name === "drop") zone.querySelector("input[type=file]").files = event.dataTransfer.files;
}, true);
