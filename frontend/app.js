// What every page loads: small behaviours on plain HTML. Everything heavy is imported when it is first used.
import "./navigation.js";
import "./toasts.js";
import "./dialogs.js";
import "./menus.js";
import "./fields.js";
import "./secrets.js";
import "./keys.js";
import "./tray.js";
import "./offline.js";
import { onArrival } from "./page.js";

document.documentElement.dataset.js = "";

onArrival(() => {
  if (document.querySelector("[data-list]")) import("./list.js");
  if (document.querySelector(".preview")) import("./preview.js");
});
