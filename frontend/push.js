// Messages that this device shows while no page is open: only after the owner asked for them here.
import { csrf, refresh, state, t, toast } from "./shared.js";

const URL = "/my/settings/notifications/here";
const isAble = () => "PushManager" in globalThis && "serviceWorker" in navigator && "Notification" in globalThis;
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const known = async () => (await navigator.serviceWorker.ready).pushManager.getSubscription();

// Shows the button where it can do something.
export function offer() {
  const button = document.querySelector("[data-push]");
  if (!button || button.dataset.ready !== undefined) return;
  button.dataset.ready = "";
  if (!isAble()) button.disabled = true;
  else button.addEventListener("click", () => begin(button));
}

async function begin(button) {
  if ((await Notification.requestPermission()) !== "granted") return toast(t("The browser does not let your home show anything: allow it in the settings of the browser."), { alert: true });
  button.disabled = true;
  try {
    await tell(await subscribed(button.dataset.push));
    toast(t("They are shown on this device from now on."));
    await refresh();
  } catch {
    toast(t("This browser takes no messages."), { alert: true });
  }
  button.disabled = false;
}

// A subscription for another key than ours is of no use.
async function subscribed(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: toBytes(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (failure) {
    if (failure.name !== "InvalidStateError") throw failure;
    await (await pushManager.getSubscription())?.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function tell(subscription, more = {}) {
  const { endpoint, keys } = subscription.toJSON();
  const body = new URLSearchParams({ endpoint, ...keys, ...more });
  const answer = await fetch(URL, { method: "POST", body, headers: { "X-CSRF-Token": csrf() } });
  if (!answer.ok) throw new Error(answer.status);
}

export async function renew() {
  if (!isAble() || !state().home) return;
  const subscription = await known();
  if (subscription) await tell(subscription, { again: "1" }).catch(() => {});
  sessionStorage.setItem("cozy.push", "1");
}
