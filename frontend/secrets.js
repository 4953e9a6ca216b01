// Forms with a secret are sent by hand: first what only the browser can do, then a plain submit.

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-derives], [data-passkey]") || event.submitter?.formNoValidate) return;
  event.preventDefault();
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    if (!(await isStrong(form))) return;
    if (form.elements.tz && !form.elements.tz.value) form.elements.tz.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    if (form.dataset.passkey && !(await (await import("./passkeys.js")).ask(form))) return;
    const restore = await (await import("./passphrase.js")).seal(form);
    const answer = pressed(event.submitter);
    form.append(answer);
    HTMLFormElement.prototype.submit.call(form);
    answer.remove();
    restore();
  } finally {
    form.ariaBusy = null;
  }
});

// A plain submit does not say which button was pressed.
function pressed(button) {
  return Object.assign(document.createElement("input"), { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
}

// The server sees only the key of a new passphrase, so it is judged here.
async function isStrong(form) {
  const chosen = form.querySelector("[data-derive][data-strength]");
  if (!chosen) return true;
  const { tooWeak } = await import("./strength.js");
  chosen.setCustomValidity(tooWeak(chosen.value));
  chosen.addEventListener("input", () => chosen.setCustomValidity(""), { once: true });
  return chosen.reportValidity();
}
