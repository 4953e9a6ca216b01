// The keyboard, outside fields only and only when the reader wants it: search, rooms, Add, help, undo.
import { isTyping, state } from "./page.js";

let going = 0;
const ROOMS = { h: "home", f: "files", p: "photos", c: "contacts", a: "calendars", t: "tasks", n: "notes", b: "bin", w: "access", x: "apps", s: "settings" };

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-help]")) help();
});

const help = async () => (await import("./help.js")).show();

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || !state().shortcuts || isTyping(event.target) || document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "z") return press(event, ".toasts [data-undo]");
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (Date.now() - going < 1500 && ROOMS[event.key]) {
    going = 0;
    return press(event, `.nav [data-room="${ROOMS[event.key]}"]`);
  }
  going = event.key === "g" ? Date.now() : 0;
  if (event.key === "/") return focus(event, document.getElementById("q"));
  if (event.key === "n") return openAdd(event);
  if (event.key === "Backspace") return press(event, "main [data-up]");
  if (event.key === "?") { event.preventDefault(); help(); }
});

function press(event, selector) {
  const elements = document.querySelectorAll(selector);
  if (!elements.length) return;
  event.preventDefault();
  elements[elements.length - 1].click();
}

function focus(event, element) {
  if (!element) return;
  event.preventDefault();
  element.focus();
}

function openAdd(event) {
  const button = [...document.querySelectorAll("[popovertarget=add-menu]")].find((b) => b.checkVisibility());
  if (!button) return;
  event.preventDefault();
  button.click();
  document.querySelector("#add-menu a")?.focus();
}
