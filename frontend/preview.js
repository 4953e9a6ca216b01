// One thing, large, under the keyboard: neighbours, details, what its menu holds. Keys stand on links and buttons (data-press).
import { isTyping, state } from "./shared.js";

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !document.querySelector(".preview")) return;
  if (!state().shortcuts || isTyping(event.target) || document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.target.closest("audio, video, .code-block") && event.key.startsWith("Arrow")) return;
  const pressed = document.querySelector(`[data-press="${CSS.escape(event.key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  pressed.click();
});
