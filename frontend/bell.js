// The bell keeps up with what the home tells, on every page; what is new is said once, on the page that is looked at.
import { onArrival, t, tn, toast } from "./shared.js";
import { hear } from "./socket.js";

const TYPE = "io.cozy.notifications";
const URL = "/my/notifications";
const CALM_MS = 300; // many changes come together
const MOST = 99;

const bell = () => document.querySelector("[data-bell]");
let timer = 0;

function show(unread) {
  const shown = bell();
  if (!shown || Number(shown.dataset.bell) === unread) return;
  shown.dataset.bell = unread;
  shown.setAttribute("aria-label", unread ? tn("Notifications, %(num)s new", "Notifications, %(num)s new", unread) : t("Notifications"));
  const count = shown.querySelector(".count");
  count.hidden = !unread;
  count.textContent = unread > MOST ? `${MOST}+` : unread;
  if (unread) navigator.setAppBadge?.(unread)?.catch(() => {});
  else navigator.clearAppBadge?.()?.catch(() => {});
}

async function count() {
  timer = 0;
  const answer = await fetch(`${URL}/count`).catch(() => null);
  if (answer?.ok && !answer.redirected) show((await answer.json()).unread); // else nobody is in any more
}

const soon = () => (timer ||= setTimeout(count, CALM_MS));

function changed({ event, id, doc }) {
  soon();
  if (event !== "CREATED" || document.hidden || location.pathname === URL || doc.read_at || doc.at) return;
  toast(doc.title, { action: { label: t("Have a look"), run: () => (location.href = `${URL}/${id}`) } });
}

hear(TYPE, { changed, heard: soon });

// Somebody came in anew where messages are shown while no page is open: the home is told that they still may be.
if (globalThis.Notification?.permission === "granted" && !sessionStorage.getItem("cozy.push")) import("./push.js").then(({ renew }) => renew());
onArrival(() => document.querySelector("[data-push]") && import("./push.js").then(({ offer }) => offer()));
