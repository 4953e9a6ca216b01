// Passkeys: ask the device for one, or to make one, and put its answer in the form.
import { t } from "./shared.js";

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const ids = (list) => (list ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));

async function use(options) {
  const found = await navigator.credentials.get({
    publicKey: { ...options, challenge: toBytes(options.challenge), allowCredentials: ids(options.allowCredentials) },
  });
  const { clientDataJSON, authenticatorData, signature, userHandle } = found.response;
  return plain(found, { clientDataJSON, authenticatorData, signature, userHandle });
}

async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options, challenge: toBytes(options.challenge), user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: ids(options.excludeCredentials),
    },
  });
  const { clientDataJSON, attestationObject } = made.response;
  return plain(made, { clientDataJSON, attestationObject });
}

function plain(credential, parts) {
  const response = Object.fromEntries(Object.entries(parts).filter(([, buffer]) => buffer).map(([name, buffer]) => [name, toText(buffer)]));
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

// True when the form holds an answer; else the form says what went wrong.
export async function ask(form) {
  const trouble = form.querySelector("[data-trouble]");
  trouble.hidden = true;
  try {
    const options = JSON.parse(form.dataset.options);
    form.elements.credential.value = await (form.dataset.passkey === "make" ? make(options) : use(options));
    return true;
  } catch (error) {
    trouble.textContent = error.name === "InvalidStateError"
      ? t("This device already has a passkey for your home.")
      : t("The passkey was not used. Try again, or use your passphrase.");
    trouble.hidden = false;
    return false;
  }
}
