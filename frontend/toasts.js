// Toasts: what was just done, for ten quiet seconds; those that nobody reads through stay while they are pointed at.
import { h, icon, onArrival, t } from "./page.js";

const QUIET_MS = 10_000;

// Shows a sentence; it needs no answer. action: { label, run }.
export function toast(text, { alert = false, action = null } = {}) {
  const box = h("div", { class: `toast${alert ? " alert" : ""}`, role: alert ? "alert" : "status", "data-toast": true },
    h("span", {}, text),
    action && h("button", { class: "btn undo", type: "button", onclick: () => { box.remove(); action.run(); } }, action.label),
    h("button", { class: "btn icon-only", type: "button", "aria-label": t("Close"), "data-close": true }, icon("x")));
  document.getElementById("toasts")?.append(box);
  expire(box);
}

function expire(box) {
  if (box.dataset.timed || box.classList.contains("alert")) return;
  box.dataset.timed = "";
  const wait = () => setTimeout(() => (box.matches(":hover, :focus-within") ? wait() : box.remove()), QUIET_MS);
  wait();
}

document.addEventListener("click", (event) => event.target.closest("[data-toast] [data-close]")?.closest("[data-toast]").remove());

onArrival(() => document.querySelectorAll("[data-toast]").forEach(expire));
