// What every page loads: small behaviours on plain HTML. Everything heavy is imported when it is first used.
import { onArrival } from "./shared.js";
import "./dialogs.js";
import "./fields.js";
import "./secrets.js";
import "./keys.js";
import "./tray.js";
import "./offline.js";

const root = document.documentElement;
const started = new Promise((done) => setTimeout(done)); // after htmx, which starts in a task of its own too

// data-js shows what needs scripts; "ready" says that all of the page answers to mouse and keys.
document.addEventListener("focusin", (event) => event.target.id === "q" && import("./search.js"));

onArrival(async () => {
  root.dataset.js = "";
  await Promise.all([
    started,
    document.querySelector("[data-list]") && import("./list.js"),
    document.querySelector(".preview") && import("./preview.js"),
    document.querySelector(".late") && import("./calendar.js"),
    document.querySelector("[data-reel]") && import("./photos.js"),
    document.querySelector("[data-edit]") && import("./edit.js"),
    document.querySelector("[data-map]") && import("./map.js"),
    document.querySelector(".people, [data-person-form]") && import("./contacts.js"),
  ]);
  root.dataset.js = "ready";
  if (document.querySelector("[data-bell], [data-push], main [data-live]")) import("./hearing.js");
});
