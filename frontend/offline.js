// Installed or offline: the worker keeps the shell and the last pages seen; nobody in, nothing kept.
import { onArrival, state, t } from "./page.js";
import { toast } from "./toasts.js";

const root = document.documentElement;
const mark = () => (navigator.onLine ? delete root.dataset.offline : (root.dataset.offline = ""));
addEventListener("online", mark);
addEventListener("offline", mark);
mark();

// Nothing can be sent while offline: say so at once, keep what was typed.
document.addEventListener("submit", (event) => {
  if (navigator.onLine || event.target.method === "dialog") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast(t("You are offline. Nothing is lost: send it again when the connection is back."), { alert: true });
}, true);

export const forget = async () => {
  if (!("caches" in window)) return;
  for (const name of await caches.keys()) if (name.startsWith("pages")) await caches.delete(name);
};

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-log-out]")) forget();
}, true);

onArrival(() => {
  if (!("serviceWorker" in navigator) || state().home === undefined || state().code !== undefined) return; // the page of a link says nothing of who is in
  if (state().home) navigator.serviceWorker.register("/my/sw.js", { scope: "/my" }).catch(() => {});
  else forget();
});
