// OAuthClient of cozy-stack-client: a device introduces itself, the owner agrees, tokens come, are renewed, and end.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OAuthClient, session, uri } from "./home.mjs";

const oauth = () => ({
  redirectURI: "http://localhost:8989/callback", softwareID: "github.com/example/recipes", clientName: "Recipes",
  clientKind: "desktop", softwareVersion: "1.0.0", clientURI: "https://example.org/", logoURI: "https://example.org/logo.png",
  policyURI: "https://example.org/policy", notificationPlatform: "", notificationDeviceToken: "",
});
const SCOPES = ["io.cozy.files:GET", "io.cozy.todos"];

// What a browser of the owner does with the page of consent.
async function agree(url) {
  const cookie = `cozy-session=${session}`;
  const page = await fetch(url, { headers: { cookie } });
  const html = await page.text();
  assert.equal(page.status, 200, html);
  const csrf = page.headers.getSetCookie().find((one) => one.startsWith("cozy-csrf="))?.split(";")[0];
  const unescape = (text) => text.replace(/&(amp|#39|#34|quot|lt|gt);/g, (_, name) => ({ amp: "&", "#39": "'", "#34": '"', quot: '"', lt: "<", gt: ">" })[name]);
  const form = new URLSearchParams();
  for (const [input] of html.slice(html.indexOf("<main")).matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]*)"/.exec(input)?.[1];
    if (name && (!/type="(checkbox|radio)"/.test(input) || / checked/.test(input))) form.append(name, unescape(/value="([^"]*)"/.exec(input)?.[1] ?? ""));
  }
  form.append("answer", "yes");
  const sent = await fetch(new URL("/auth/authorize", uri), {
    method: "POST", redirect: "manual", body: form, headers: { cookie: [cookie, csrf].filter(Boolean).join("; "), origin: uri },
  });
  assert.equal(sent.status, 303, await sent.text());
  return sent.headers.get("location");
}

async function connected() {
  const client = new OAuthClient({ uri, scope: SCOPES, oauth: oauth() });
  await client.register();
  const state = client.generateStateCode();
  const back = await agree(client.getAuthCodeURL({ stateCode: state, scopes: SCOPES }));
  const code = client.getAccessCodeFromURL(back, state);
  client.setToken(await client.fetchAccessToken(code));
  return client;
}

describe("OAuthClient", () => {
  it("registers, reads and changes its registration", async () => {
    const client = new OAuthClient({ uri, oauth: oauth() });
    const known = await client.register();
    assert.ok(known.clientID && known.clientSecret && known.registrationAccessToken);
    assert.equal(client.isRegistered(), true);
    assert.equal((await client.fetchInformation()).client_name, "Recipes");
    await client.updateInformation({ clientName: "Recipes 2", softwareVersion: "2.0.0" });
    client.setOAuthOptions({ ...client.oauthOptions, registrationAccessToken: known.registrationAccessToken }); // which it forgets
    assert.equal((await client.fetchInformation()).software_version, "2.0.0");
    await client.unregister();
    assert.equal(client.isRegistered(), false);
  });

  it("gets tokens with the owner's consent, and does with them what was agreed", async () => {
    const client = await connected();
    const { data } = await client.collection("io.cozy.todos").create({ label: "Salt" });
    assert.ok(data._id);
    assert.equal((await client.collection("io.cozy.files").statById("io.cozy.files.root-dir")).data._id, "io.cozy.files.root-dir");
    await assert.rejects(client.collection("io.cozy.contacts").create({ name: "x" }), (error) => error.status === 403);
  });

  it("renews its token", async () => {
    const client = await connected();
    const before = client.getAccessToken();
    const token = await client.refreshToken();
    assert.ok(token.accessToken);
    client.setToken(token);
    assert.ok(before);
    assert.ok((await client.collection("io.cozy.todos").create({ label: "Pepper" })).data._id);
  });

  it("is told that it was forgotten", async () => {
    const client = await connected();
    const other = await client.collection("io.cozy.todos").create({ label: "Sugar" });
    assert.ok(other);
    await client.fetch("DELETE", `/auth/register/${client.oauthOptions.clientID}`, undefined, { headers: { Authorization: `Bearer ${client.oauthOptions.registrationAccessToken}` } });
    await assert.rejects(client.collection("io.cozy.todos").create({ label: "Flour" }), (error) => [400, 401].includes(error.status));
    assert.equal(await client.checkForRevocation(), true);
  });
});
