// A well-behaved browser and app in one: logs in, redeems, refreshes, over a wire.
import { createWire } from "./wire.mjs";

export const app = { id: "photos", secret: "photos-secret-0123456789", redirectUri: "https://photos.example/callback" };
export const basic = `Basic ${Buffer.from(`${app.id}:${app.secret}`).toString("base64")}`;

/** One request as bytes. `form` makes it a POST. */
export function formatRequest({ path, form, headers = {}, method = form === undefined ? "GET" : "POST" }) {
  const body = form === undefined ? "" : new URLSearchParams(form).toString();
  const all = {
    host: "127.0.0.1",
    ...(form !== undefined && {
      "content-type": "application/x-www-form-urlencoded",
      "content-length": Buffer.byteLength(body),
    }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
}

export function authorizePath(extra = {}) {
  const query = new URLSearchParams({
    client_id: app.id,
    redirect_uri: app.redirectUri,
    response_type: "code",
    scope: "openid email profile offline_access",
    state: "state",
    nonce: "nonce",
    ...extra,
  });
  return `/dex/auth?${query}`;
}

/** A browser: keeps cookies, follows redirects that stay here, approves the consent page. Keeps every hop in `trail`. */
export function createBrowser(port) {
  const wire = createWire(port);
  const cookies = new Map();
  const trail = [];

  async function visit(path, form) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await wire.ask(formatRequest({ path, form, headers: cookie === "" ? {} : { cookie } }));
    trail.push({ path, form, answer });
    for (const line of (answer.headers?.get("set-cookie") ?? "").split("\n")) {
      const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined) cookies.set(name, value);
    }
    return answer;
  }

  return {
    cookies,
    trail,
    close: wire.close,
    /** Resolves with the code. */
    async logIn(path) {
      let answer = await visit(path);
      for (let hop = 0; hop < 12; hop++) {
        const location = answer.headers?.get("location");
        if (location?.startsWith(app.redirectUri)) return new URL(location).searchParams.get("code") ?? "";
        if (location !== undefined) answer = await visit(pathOf(location));
        else if (answer.body?.includes('name="approval"')) answer = await visit(...readConsent(answer.body));
        else throw new Error(`a login ended with ${answer.status}: ${answer.body?.slice(0, 300)}`);
      }
      throw new Error("a login did not end");
    },
  };
}

/** POSTs to a protocol endpoint as the app; `body` is parsed where it is JSON. */
export async function post(wire, path, form, options) {
  const answer = await wire.ask(formatRequest({ path, form, headers: { authorization: basic } }), options);
  return { ...answer, json: answer.body?.startsWith("{") ? JSON.parse(answer.body) : {} };
}

export function redeem(wire, code, options) {
  return post(wire, "/dex/token", { grant_type: "authorization_code", code, redirect_uri: app.redirectUri }, options);
}

export function refresh(wire, token, options) {
  return post(wire, "/dex/token", { grant_type: "refresh_token", refresh_token: token }, options);
}

export function readClaims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}

export function pathOf(location) {
  const { pathname, search } = new URL(location, "http://127.0.0.1");
  return `${pathname}${search}`;
}

function readConsent(body) {
  const decode = (text) => text.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');
  const action = decode(/<form[^>]* action="([^"]*)"/.exec(body)?.[1] ?? "");
  const req = decode(/name="req" value="([^"]*)"/.exec(body)?.[1] ?? "");
  return [pathOf(action), { req, approval: "approve" }];
}
