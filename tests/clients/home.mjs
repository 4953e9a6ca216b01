// Where the home under test is, and clients of it. Node resolves no *.localhost by itself, as browsers do.
import { createRequire } from "node:module";
import dns from "node:dns";

const lookup = dns.lookup;
dns.lookup = (name, options, done) => lookup(name.endsWith(".localhost") ? "127.0.0.1" : name, options, done);

export const require = createRequire(import.meta.url);
export const { COZY_URL: uri, COZY_TOKEN: token, COZY_SESSION: session } = process.env;
export const { default: CozyStackClient, OAuthClient } = require("cozy-stack-client");
export const cozyClient = require("cozy-client");
export const { default: CozyClient, Q } = cozyClient;

export const stack = (held = token) => new CozyStackClient({ uri, token: held });

// Asks as a script of an app does that holds a token.
export async function ask(method, path, body, held = token) {
  const headers = { Accept: "application/json", Authorization: `Bearer ${held}`, "Content-Type": "application/json" };
  const answer = await fetch(uri + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, body: text && JSON.parse(text) };
}

export const rejects = (status) => (error) => {
  if (error.status !== status) throw error;
  return true;
};
