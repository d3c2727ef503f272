// Good tokens for bad requests, and the proof that good requests still work.
import { authorizePath, createBrowser, formatRequest, redeem, refresh } from "./client-app.mjs";
import { createWire } from "./wire.mjs";

/** Logs in three times: one login is used up, one has a code left, one flow is not finished. */
export async function gatherLoot(port) {
  const wire = createWire(port);
  const browser = createBrowser(port);
  try {
    const path = authorizePath({ connector_id: "mock" });
    const usedCode = await browser.logIn(path);
    const first = requireOk(await redeem(wire, usedCode));
    const second = requireOk(await refresh(wire, first.refresh_token));
    const code = await browser.logIn(path);
    const locations = browser.trail.map(({ answer }) => answer.headers?.get("location") ?? "");
    const find = (name) =>
      locations.map((text) => new URL(text, "http://x").searchParams.get(name)).findLast(Boolean) ?? "";
    const mark = find("hmac");
    const open = await wire.ask(formatRequest({ path: authorizePath(), headers: { cookie: formatCookies(browser) } }));
    const flow = /flow=([\w-]+)/.exec(open.body ?? "")?.[1] ?? "";
    if (flow === "" || mark === "") throw new Error("no flow or no consent page was seen");
    return {
      cookie: formatCookies(browser),
      flow,
      state: find("state"),
      mark,
      code,
      usedCode,
      refreshToken: second.refresh_token,
      oldRefreshToken: first.refresh_token,
      accessToken: second.access_token,
      idToken: second.id_token,
    };
  } finally {
    wire.close();
    browser.close();
  }
}

/** A health check, a whole login, a refresh and a userinfo call; returns what did not work. */
export async function proveService(port) {
  const wire = createWire(port);
  const browser = createBrowser(port);
  try {
    const health = await wire.ask(formatRequest({ path: "/dex/healthz" }));
    const code = await browser.logIn(authorizePath({ connector_id: "mock" }));
    const tokens = requireOk(await redeem(wire, code));
    const fresh = requireOk(await refresh(wire, tokens.refresh_token));
    const headers = { authorization: `Bearer ${fresh.access_token}` };
    const userinfo = await wire.ask(formatRequest({ path: "/dex/userinfo", headers }));
    return [health, userinfo].flatMap(({ status }) => (status === 200 ? [] : [`health or userinfo: ${status}`]));
  } catch (error) {
    return [`the service does not work at the end: ${error}`];
  } finally {
    wire.close();
    browser.close();
  }
}

function requireOk({ status, json, body }) {
  if (status !== 200) throw new Error(`a token request: ${status} ${body}`);
  return json;
}

function formatCookies({ cookies }) {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
