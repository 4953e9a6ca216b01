// Fields: show a secret, say how strong it is, send a choice at once, copy, print.
import { say, t } from "./page.js";

document.addEventListener("click", (event) => {
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) {
    const input = document.getElementById(reveal.dataset.reveal);
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    reveal.setAttribute("aria-pressed", String(shown));
    reveal.querySelector("use").setAttribute("href", reveal.querySelector("use").getAttribute("href").replace(/#.*/, shown ? "#eye-off" : "#eye"));
    return;
  }
  const copy = event.target.closest("[data-copy]");
  if (copy) navigator.clipboard.writeText(textOf(document.getElementById(copy.dataset.copy))).then(() => say(t("Copied.")));
  if (event.target.closest("[data-print]")) print();
});

const textOf = (element) => (element.value ?? element.textContent).trim();

document.addEventListener("input", async ({ target }) => {
  if (target.dataset?.strength) (await import("./strength.js")).show(target);
});

document.addEventListener("change", ({ target }) => {
  if (target.name === "theme" && target.form?.matches("[data-auto]")) {
    if (target.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = target.value;
  }
  target.form?.matches("[data-auto]") && target.form.requestSubmit();
});
