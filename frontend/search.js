// The box at the top: what is found shows under it while one types (APG: combobox with list autocomplete). On the page of
// results, that page itself follows. Without scripts the box is a form.
import { h, say, tn } from "./shared.js";

const box = () => document.getElementById("q");
const list = () => document.getElementById("q-list");
const PAUSE = 140; // milliseconds after a key

let timer = 0;
let asked = null;

document.addEventListener("input", (event) => {
  if (event.target !== box() || onPage()) return;
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});

const onPage = () => document.getElementById("found") !== null;

async function look() {
  const words = box().value.trim();
  asked?.abort();
  if (words.length < 2) return close();
  asked = new AbortController();
  try {
    const answer = await fetch(`/my/search/first?${new URLSearchParams({ q: words })}`, { signal: asked.signal, headers: { "x-part": "1" } });
    if (answer.ok && document.activeElement === box()) show(await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") close();
  }
}

function show(html) {
  const options = opened();
  options.innerHTML = html;
  const number = options.querySelectorAll("[role=option]:not(.all)").length;
  box().setAttribute("aria-expanded", "true");
  box().removeAttribute("aria-activedescendant");
  say(tn("%(num)s result", "%(num)s results", number));
}

// The list comes with the first answer, and its looks with it.
function opened() {
  if (list()) return list();
  const look = box().form.dataset.look;
  if (look && !document.querySelector(`link[href="${look}"]`)) document.head.append(h("link", { rel: "stylesheet", href: look }));
  const options = h("div", { role: "listbox", id: "q-list", "aria-label": box().labels[0].textContent });
  options.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
  box().form.append(options);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": "q-list", "aria-expanded": "false" })) box().setAttribute(name, value);
  return options;
}

function close() {
  clearTimeout(timer);
  asked?.abort();
  if (!list()) return;
  list().replaceChildren();
  box().setAttribute("aria-expanded", "false");
  box().removeAttribute("aria-activedescendant");
}

document.addEventListener("keydown", (event) => {
  if (event.target !== box() || !list()?.childElementCount) return;
  if (event.key === "ArrowDown") move(event, 1);
  else if (event.key === "ArrowUp") move(event, -1);
  else if (event.key === "Escape") { event.preventDefault(); close(); }
  else if (event.key === "Enter") {
    const chosen = list().querySelector("[aria-selected=true]");
    if (chosen) { event.preventDefault(); chosen.click(); }
    close();
  }
});

function move(event, step) {
  event.preventDefault();
  const options = [...list().querySelectorAll("[role=option]")];
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = (at + step + options.length + (at < 0 && step < 0 ? 1 : 0)) % options.length;
  options.forEach((option, n) => option.setAttribute("aria-selected", String(n === next)));
  options[next].scrollIntoView({ block: "nearest" });
  box().setAttribute("aria-activedescendant", options[next].id);
}

document.addEventListener("focusout", (event) => { if (event.target === box()) close(); });
document.addEventListener("htmx:after:swap", () => {
  const found = document.getElementById("found");
  if (found?.dataset.said && document.activeElement === box()) say(found.dataset.said);
});
