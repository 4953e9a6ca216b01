// The page at hand: its state, its words, and the moment of its arrival.

export const state = () => document.getElementById("state")?.dataset ?? {};
export const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

let catalogue = {};
const fill = (text, values) => (values ? text.replace(/%(?:\((\w+)\)s|%)/g, (_, name) => (name ? values[name] : "%")) : text);

// A sentence in the reader's language; values go in by name: %(name)s.
export const t = (message, values = null) => fill(catalogue[message]?.[0] ?? message, values);

export function tn(one, many, num, values = {}) {
  const forms = catalogue[one] ?? [one, many];
  const plural = document.documentElement.lang === "fr" ? num > 1 : num !== 1;
  return fill(forms[Math.min(+plural, forms.length - 1)], { num, ...values });
}

const listeners = [];

// Runs now and again after each boosted page.
export function onArrival(listener) {
  listeners.push(listener);
  if (document.readyState !== "loading") listener();
}

export function arrive() {
  const words = document.getElementById("words");
  if (words) catalogue = JSON.parse(words.content.textContent);
  const { lang, theme, csrf: token } = state();
  const root = document.documentElement;
  if (lang) root.lang = lang;
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  else delete root.dataset.theme;
  const meta = document.querySelector("meta[name=csrf-token]");
  if (meta && token !== undefined) meta.content = token;
  listeners.forEach((listener) => listener());
}

export function say(text) {
  const live = document.getElementById("live");
  if (live) setTimeout(() => (live.textContent = text), 50);
}

// An element: h("button", { class: "btn", onclick }, "text", child).
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${state().icons}#${name}`);
  svg.append(use);
  return svg;
}

export const isTyping = (element) =>
  element.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
