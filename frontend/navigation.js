// Boosted pages: say where one is, put the focus where reading starts, and load anew when the server has changed.
import htmx from "htmx.org/dist/htmx.esm.js";
import { arrive, csrf, isTyping, say, t } from "./page.js";
import { toast } from "./toasts.js";

const isBody = (ctx) => ctx?.target?.tagName === "BODY";
let pushed = false;
let coming = null; // the page that was asked for last
let typing = null; // the field of the shell that somebody turned to while a page was on its way
let typed = null; // and what is in it, across the swap

document.addEventListener("htmx:config:request", ({ detail }) => {
  const { request } = detail.ctx;
  if (request.method !== "GET") request.headers["X-CSRF-Token"] = csrf();
});

// The page that was chosen last is the one that shows, whichever comes first.
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (!isBody(ctx)) return;
  if (coming?.request.method === "GET") coming.request.abort();
  coming = ctx;
  typing = null;
});

const isShells = (field) => isTyping(field) && field.id && !field.closest("main, dialog");
for (const turned of ["focusin", "input"]) document.addEventListener(turned, ({ target }) => (typing = isShells(target) ? target : null));

document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (!isBody(detail.ctx)) return;
  typed = typing && typing === document.activeElement ? { id: typing.id, value: typing.value, at: [typing.selectionStart, typing.selectionEnd] } : null;
});

document.addEventListener("htmx:before:response", (event) => {
  const { ctx } = event.detail;
  const { raw, headers } = ctx.response;
  const landed = ctx.request.method === "GET" || raw.redirected;
  if (!landed || !isBody(ctx)) return;
  const isPage = headers.get("content-type")?.startsWith("text/html");
  const changed = headers.has("x-assets") && headers.get("x-assets") !== document.documentElement.dataset.assets;
  if (isPage && (!changed || document.querySelector("upload-tray[busy]"))) return;
  event.preventDefault();
  location.href = raw.url;
});

document.addEventListener("htmx:before:history:update", ({ detail }) => (pushed = detail.history.type === "push"));

document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (!isBody(detail.ctx)) return;
  arrive();
  const wrong = document.querySelector("[aria-invalid=true]");
  const heading = document.querySelector("main h1");
  if (pushed && !location.hash) scrollTo(0, 0);
  pushed = false;
  if (heading && !wrong) heading.tabIndex = -1;
  if (!goOnTyping()) (wrong ?? heading)?.focus({ preventScroll: !wrong });
  setTimeout(() => say(document.title));
});

// Whoever began to write in a field that the next page has as well (the search) writes on in it.
function goOnTyping() {
  const field = typed && document.getElementById(typed.id);
  if (!field || !isShells(field)) return false;
  field.value = typed.value;
  field.focus({ preventScroll: true });
  field.setSelectionRange(...typed.at);
  return true;
}

document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.error?.name !== "AbortError") toast(t("The connection dropped. Nothing is lost; try again."), { alert: true });
});

// Bring the main part up to date without leaving it.
export const refresh = () => htmx.ajax("GET", location.href, { target: "#main", select: "#main", swap: "outerMorph" });

export const process = (element) => htmx.process(element);

window.addEventListener("DOMContentLoaded", arrive);
if (document.readyState !== "loading") arrive();
document.querySelector("main [aria-invalid=true]")?.focus();
