// The list of keys.
import { h, icon, t } from "./shared.js";

const CALENDAR = () => [
  ["c", t("New event")], ["← →", t("Earlier or later")], ["t", t("Today")], ["m w d l", t("Month, week, day, list")],
  ["Shift ←", t("Move the event: with any arrow")],
];

export function show() {
  const rows = [
    ["/", t("Search")], ["g h", t("Go home")], ["g f", t("Go to Files")], ["g c", t("Go to Contacts")], ["g a", t("Go to the calendar")], ["g t", t("Go to tasks")], ["g b", t("Go to the bin")], ["g w", t("Who can see what")], ["g x", t("Apps")], ["g s", t("Go to Settings")], ["n", t("Add")],
    ...(document.querySelector(".calendar") ? CALENDAR() : []),
    ["↑ ↓", t("Previous or next line")], ["Space", t("Choose this line")], ["Shift Space", t("Choose everything up to here")], ["Ctrl A", t("Choose all")],
    ["Enter", t("Open")], ["Backspace", t("Folder above")], ["p", t("Share")], ["F2", t("Rename")], ["m", t("Move")], ["i", t("Details")], ["Del", t("Move to the bin")],
    ["Ctrl Z", t("Undo")], ["Esc", t("Close, or choose nothing")],
  ];
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": "help-title", closedby: "any" },
    h("div", { class: "ask" },
      h("header", {}, h("h2", { id: "help-title" }, t("Keyboard shortcuts")), h("button", { class: "btn plain icon-only", type: "button", "aria-label": t("Close"), onclick: () => dialog.close() }, icon("x"))),
      h("div", { class: "body" }, h("table", { class: "keys-table" }, h("tbody", {}, ...rows.map(([keys, what]) =>
        h("tr", {}, h("td", {}, what), h("td", {}, ...keys.split(" ").flatMap((key) => [h("kbd", {}, key), " "]))))))),
      h("footer", {}, h("p", { class: "small muted" }, t("Shortcuts can be switched off in Settings.")))));
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
}
