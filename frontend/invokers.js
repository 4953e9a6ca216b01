// What a browser does not do by itself yet: a click beside a dialog closes it, a button opens or closes one.
import "./shared.js";

document.addEventListener("click", (event) => {
  if (event.target instanceof HTMLDialogElement && !("closedBy" in event.target) && event.target.getAttribute("closedby") === "any") event.target.close();
  const button = event.target.closest("button[commandfor]");
  if (!button || "commandForElement" in button) return;
  const target = document.getElementById(button.getAttribute("commandfor"));
  if (button.getAttribute("command") === "show-modal") target?.showModal();
  else target?.close();
});
