// The passphrase never leaves the browser: forms send the key that cozy-stack and Bitwarden clients make of it.
import "./shared.js";

const bytes = (text) => new TextEncoder().encode(text);

async function stretch(secret, salt, iterations) {
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations }, key, 256));
}

export async function derive(passphrase, domain, iterations) {
  const master = await stretch(bytes(passphrase), bytes(`me@${domain}`), iterations);
  return btoa(String.fromCharCode(...(await stretch(master, bytes(passphrase), 1))));
}

// Put keys in place of what was typed. Without WebCrypto (plain http on another machine) the server makes the key.
export async function seal(form) {
  const typed = [...form.querySelectorAll("[data-derive]")];
  if (!typed.length || !globalThis.crypto?.subtle) return () => {};
  const { domain, domainFrom, iterations } = form.dataset;
  const where = (domainFrom ? form.elements[domainFrom.replace(/^f-/, "")].value : domain).trim().replace(/\.$/, "").toLowerCase();
  for (const input of typed) form.elements[input.dataset.derive].value = await derive(input.value, where, Number(iterations));
  const names = typed.map((input) => input.name);
  typed.forEach((input) => input.removeAttribute("name"));
  return () => typed.forEach((input, i) => (input.name = names[i]));
}
