// Questions over the page. A link or button with data-dialog opens, in a native dialog, the question that its address
// shows as a page; answering wrongly keeps the dialog, answering well goes where the server says.
import { h, icon, isTyping, t } from "./page.js";
import { process, refresh } from "./navigation.js";
import { toast } from "./toasts.js";

const inDialog = (element) => element?.closest?.("dialog#question");

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (!opener || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  event.stopPropagation();
  opener.closest("[popover]")?.hidePopover();
  open(opener);
}, true);

let asked = 0; // questions on their way
let early = ""; // what was typed meanwhile

async function open(opener) {
  const request = requestOf(opener);
  asked += 1;
  try {
    const response = await fetch(request);
    const question = questionIn(await response.text());
    if (question) show(question, request.url);
    else if (request.method === "GET") location.href = request.url;
    else toast(t("That did not work. Nothing was changed."), { alert: true });
  } catch {
    toast(t("The connection dropped. Nothing is lost; try again."), { alert: true });
  } finally {
    asked -= 1;
    early = "";
  }
}

// Keys pressed while a question is on its way are for its field, not for the page below.
document.addEventListener("keydown", (event) => {
  if (!asked || event.ctrlKey || event.metaKey || event.altKey || ["Escape", "Tab"].includes(event.key) || isTyping(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key.length === 1) early += event.key;
}, true);

// A button asks with its form's fields (what is ticked in a list), as it would without scripts.
function requestOf(opener) {
  const headers = { Accept: "text/html" };
  if (opener.href) return new Request(opener.href, { headers });
  const url = new URL(opener.getAttribute("formaction") ?? opener.form.action, location.href);
  const fields = new URLSearchParams(new FormData(opener.form, opener));
  if ((opener.getAttribute("formmethod") ?? opener.form.method) === "post") return new Request(url, { method: "POST", body: fields, headers });
  fields.delete("csrf_token");
  url.search = fields;
  return new Request(url, { headers });
}

const questionIn = (html) => new DOMParser().parseFromString(html, "text/html").querySelector("[data-ask]");

function show(question, address) {
  const dialog = document.getElementById("question") ?? h("dialog", { class: "dialog", id: "question", "aria-labelledby": "question-title", closedby: "any" });
  const form = document.importNode(question, true);
  const title = h("h2", { id: "question-title" }, form.querySelector("h1").textContent);
  form.querySelector("h1").replaceWith(title);
  form.querySelector("header").append(
    h("button", { class: "btn plain icon-only", type: "button", "aria-label": t("Close"), onclick: () => dialog.close() }, icon("x")));
  form.querySelectorAll("header, footer").forEach((part) => part.setAttribute("role", "presentation")); // the question's, not the page's
  if (!form.getAttribute("action")) form.action = address;
  form.querySelectorAll("[data-cancel]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.close();
  }));
  dialog.classList.toggle("wide", form.classList.contains("wide"));
  dialog.replaceChildren(form);
  dialog.onclose = () => {
    dialog.remove();
    if (dialog.dataset.changed !== undefined) refresh();
  };
  if (!dialog.isConnected) document.body.append(dialog);
  process(dialog);
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[aria-invalid=true], [autofocus]") ?? dialog.querySelector("input:not([type=hidden], [type=radio]), textarea");
  first?.focus();
  if (first?.dataset.selectStem !== undefined) first.setSelectionRange(0, first.value.lastIndexOf(".") > 0 ? first.value.lastIndexOf(".") : first.value.length);
  if (early && first?.selectionStart != null) first.setRangeText(early, first.selectionStart, first.selectionEnd, "end");
}

// The answer to a form in the dialog: a question again, or a page to go to. A dialog with data-stays, where an answer leads, stays
// open; what was done is said, and the page below shows it when it closes.
document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const dialog = inDialog(ctx.sourceElement);
  if (!dialog) return;
  const { raw } = ctx.response;
  const answer = new DOMParser().parseFromString(ctx.text, "text/html");
  const again = answer.querySelector(raw.redirected ? "[data-ask][data-stays]" : "[data-ask]");
  if (!again) return dialog.close();
  event.preventDefault();
  show(again, raw.redirected ? raw.url : ctx.request.action);
  if (!raw.redirected) return;
  dialog.dataset.changed = "";
  answer.querySelectorAll("#toasts [data-toast]").forEach((said) => dialog.querySelector(".body")?.prepend(document.importNode(said, true)));
});

// Browsers without invoker commands or light dismiss.
if (!("commandForElement" in HTMLButtonElement.prototype) || !("closedBy" in HTMLDialogElement.prototype)) import("./invokers.js");
