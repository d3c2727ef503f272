// Makes the n-th hostile request of a seed. How it is sent is part of it:
// `ask`      one framed request on a kept connection; an answer must come
// `throw`    bytes on a socket of their own, half closed behind them; the server must answer or close
// `abandon`  the client is gone at once
import { app, basic } from "./client-app.mjs";
import {
  contentTypes,
  goodValues,
  hostileValues,
  methods,
  oddHeaders,
  parameterNames,
  spoil,
} from "./hostile-values.mjs";
import { createChance } from "./seeded.mjs";

/** Larger than what any endpoint reads. */
const oversize = 70_000;

export function createHostileRequest({ seed, at, paths, loot }) {
  const chance = createChance(seed, at);
  const kind = chance.next();
  if (kind < 0.76) return createFramed(chance, paths, loot);
  if (kind < 0.86) return createReplay(chance, loot);
  if (kind < 0.88) return createPipeline(chance, paths, loot);
  if (kind < 0.98) return createBrokenFrame(chance, paths, loot);
  const { bytes } = createFramed(chance, paths, loot);
  return { how: "abandon", kind: "early close", bytes: bytes.subarray(0, 1 + chance.below(bytes.length)) };
}

function createFramed(chance, paths, loot) {
  const path = createPath(chance, paths);
  const method = chance.isTrue(0.85) ? chance.pick(["GET", "POST", "POST"]) : chance.pick(methods);
  const query = chance.isTrue(0.7) ? `?${createForm(chance, loot, 6_000)}` : "";
  const hasBody = method !== "GET" && method !== "HEAD" ? chance.isTrue(0.95) : chance.isTrue(0.02);
  const body = hasBody ? createBody(chance, loot) : Buffer.alloc(0);
  const headers = createHeaders(chance, loot, hasBody);
  const isHuge = chance.isTrue(0.003);
  if (isHuge) headers.push(`X-Huge: ${"h".repeat(chance.between(8_000, 40_000))}`);
  const bytes = frame({
    method,
    target: path + query,
    headers,
    body,
    isChunked: hasBody && chance.isTrue(0.1),
    chance,
  });
  // Node.js reads no further rightly once an upgrade was asked for: see slow-sockets.mjs.
  const isLast = headers.some((line) => /^Connection: upgrade$/m.test(line));
  // An answer to what was not read to its end may be lost with the connection.
  const mayCut = isHuge || body.length > 60_000;
  return { how: "ask", kind: "request", bytes, isHead: method === "HEAD", isLast, mayCut };
}

/** A request as the app or the browser sends it, with one thing of the loot, whole or spoilt, in its own place. */
function createReplay(chance, loot) {
  const token = (name) => (chance.isTrue(0.5) ? loot[name] : spoil(loot[name], chance));
  const cookie = chance.isTrue(0.8) ? [`Cookie: ${loot.cookie}`] : [];
  const makers = [
    () => form("/dex/token", `grant_type=refresh_token&refresh_token=${token("refreshToken")}`),
    () => form("/dex/token", `grant_type=refresh_token&refresh_token=${token("oldRefreshToken")}`),
    () => form("/dex/token", `grant_type=authorization_code&code=${token("code")}&redirect_uri=${app.redirectUri}`),
    () => form("/dex/token", `grant_type=authorization_code&code=${token("usedCode")}&redirect_uri=${app.redirectUri}`),
    () => form("/dex/revoke", `token=${token(chance.pick(["accessToken", "idToken", "code", "oldRefreshToken"]))}`),
    () => ({ method: "GET", target: "/dex/userinfo", headers: [`Authorization: Bearer ${token("accessToken")}`] }),
    () => ({ method: "GET", target: "/dex/userinfo", headers: [`Authorization: Bearer ${token("idToken")}`] }),
    () => ({ method: "GET", target: `/dex/auth?flow=${token("flow")}`, headers: cookie }),
    () => ({ method: "GET", target: `/dex/auth/mock?flow=${token("flow")}`, headers: cookie }),
    () => ({ method: "GET", target: `/dex/auth/local/login?flow=${token("flow")}`, headers: cookie }),
    () => ({ method: "GET", target: `/dex/callback?state=${token("state")}`, headers: cookie }),
    () => ({ method: "GET", target: `/dex/callback/mock?state=${token("flow")}`, headers: cookie }),
    () => ({ method: "GET", target: `/dex/approval?req=${token("flow")}&hmac=${token("mark")}`, headers: cookie }),
    () => form(`/dex/approval?hmac=${token("mark")}`, `req=${token("flow")}&approval=approve`, cookie),
    () => form("/dex/auth/password/login", `req=${token("flow")}&login=kilgore&password=trout`, cookie),
    // bcrypt: few of them, because each costs what it is meant to cost.
    () =>
      chance.isTrue(0.9)
        ? form("/dex/auth/local/login", `req=${token("flow")}&login=robin&password=`, cookie)
        : form(
            "/dex/auth/local/login",
            `req=${token("flow")}&login=robin%40example.com&password=${chance.below(99)}`,
            cookie,
          ),
  ];
  const { method, target, headers, body = "" } = chance.pick(makers)();
  return {
    how: "ask",
    kind: "replay",
    bytes: frame({ method, target, headers: ["Host: x", ...headers], body: Buffer.from(body), chance }),
  };
}

function form(target, body, headers = [`Authorization: ${basic}`]) {
  return { method: "POST", target, body, headers: ["Content-Type: application/x-www-form-urlencoded", ...headers] };
}

function createPipeline(chance, paths, loot) {
  const count = chance.between(2, 12);
  const bytes = Array.from({ length: count }, () => createFramed(chance, paths, loot).bytes);
  return { how: "throw", kind: "pipeline", bytes: Buffer.concat(bytes) };
}

function createBrokenFrame(chance, paths, loot) {
  const target = createPath(chance, paths);
  const body = createForm(chance, loot, 500);
  const head = `Host: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`;
  const makers = [
    () => `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n`,
    () => `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n${body}`,
    () => `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n-5\r\n${body}\r\n0\r\n\r\n`,
    () =>
      `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n5;${"e".repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`,
    () =>
      `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    () => `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    () => `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: x\r\n\r\n${body}`,
    () =>
      `POST ${target} HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\nTrailer: x\r\n\r\n0\r\nx: y\r\n__proto__: z\r\n\r\n`,
    () => `POST ${target} HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n${body}`,
    () => `POST ${target} HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n${body}`,
    () => `POST ${target} HTTP/1.1\r\n${head}Content-Length: 99999999999999999999\r\n\r\n${body}`,
    () => `POST ${target} HTTP/1.1\r\n${head}Content-Length: 1e3\r\n\r\n${body}`,
    () => `POST ${target} HTTP/1.1\r\n${head}Content-Length: ${body.length + 50}\r\n\r\n${body}`,
    () => `POST ${target} HTTP/1.1\r\n${head}Content-Length: 1\r\n\r\n${body}`,
    () => `GET ${target} HTTP/9.9\r\nHost: x\r\n\r\n`,
    () => `GET ${target} HTTP/2.0\r\nHost: x\r\n\r\n`,
    () => `GET ${target} HTTP/0.9\r\n\r\n`,
    () => `GET ${target}\r\n\r\n`,
    () => `GET ${target} HTTP/1.0\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\nHost: x\n\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n`,
    () => `GET ${target}\0 HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: x\r\nNo colon\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: x\r\n: empty\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n`,
    () => `GET ${target} HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(3_000)}\r\n`,
    () => `GET ${target}?${"q".repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `GET http://evil.example${target} HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `GET //evil.example${target} HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `GET * HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `get ${target} HTTP/1.1\r\nHost: x\r\n\r\n`,
    () => `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`,
    () => `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03`,
    () => "\r\n\r\n\r\n",
    () => "",
    () => chance.bytes(chance.between(1, 2_000)).toString("latin1"),
  ];
  const text = chance.pick(makers)();
  return { how: "throw", kind: "broken frame", bytes: Buffer.from(text, "latin1") };
}

function createPath(chance, paths) {
  const path = chance
    .pick(paths)
    .replaceAll(/:\w+/g, () =>
      chance.isTrue(0.6)
        ? chance.pick(["mock", "local", "password"])
        : chance.pick(hostileValues.filter((value) => !/[?#\\]/.test(value))) || "x",
    );
  const roll = chance.next();
  if (roll < 0.92) return path;
  if (roll < 0.94) return `${path}/`;
  if (roll < 0.96) return `${path}/../${chance.pick(["auth", "%2e%2e", "x"])}`;
  if (roll < 0.98) return path.replace("/dex", chance.pick(["", "/DEX", "//dex", "/dex/.", "/%64ex"])) || "/";
  return spoil(path, chance).replaceAll(/^(?!\/)/g, "/");
}

/** `name=value` pairs, encoded: some good, some spoilt, some twice, some nested, sometimes far too many. */
function createForm(chance, loot, limit) {
  if (chance.isTrue(0.01)) return "a=b&".repeat(chance.between(90, 1_000)).slice(0, limit);
  const whole = chance.isTrue(0.3)
    ? ["client_id=photos", `redirect_uri=${encodeURIComponent(app.redirectUri)}`, "response_type=code", "scope=openid"]
    : [];
  const pairs = Array.from({ length: chance.below(8) }, () => {
    const name = chance.pick(parameterNames);
    const pair = `${createName(chance, name)}=${createValue(chance, loot, name)}`;
    return chance.isTrue(0.08) ? `${pair}&${pair}` : pair;
  });
  return [...whole, ...pairs].join(chance.isTrue(0.97) ? "&" : chance.pick(["&&", ";", "=", "&=&"])).slice(0, limit);
}

function createName(chance, name) {
  if (chance.isTrue(0.93)) return name;
  return chance.pick([
    `${name}[]`,
    `${name}[a]`,
    `${name}.a`,
    name.toUpperCase(),
    `${name}%00`,
    `%${name}`,
    "__proto__",
    `__proto__[${name}]`,
  ]);
}

function createValue(chance, loot, name) {
  const roll = chance.next();
  const own = goodValues[name];
  if (roll < 0.4 && own !== undefined) return encodeURIComponent(chance.pick(own));
  if (roll < 0.55) return chance.pick(Object.values(loot));
  if (roll < 0.7) return spoil(chance.pick(Object.values(loot)), chance);
  if (roll < 0.9) return chance.pick(hostileValues);
  if (roll < 0.93) return chance.pick(["x", "%41", "[", "%5B", "%E2%82%AC"]).repeat(chance.between(200, 2_000));
  return [...chance.bytes(chance.below(40))].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function createBody(chance, loot) {
  const roll = chance.next();
  if (roll < 0.9) return Buffer.from(createForm(chance, loot, 60_000), "latin1");
  if (roll < 0.95) return chance.bytes(chance.below(400));
  if (roll < 0.98) return Buffer.from(`{"a":${"[".repeat(chance.below(2_000))}`);
  if (roll < 0.99) return Buffer.from(`a=${"x".repeat(chance.between(50_000, 65_000))}`);
  return Buffer.alloc(oversize + chance.below(100_000), "a=b&");
}

function createHeaders(chance, loot, hasBody) {
  const headers = ["Host: x"];
  if (hasBody) {
    const type = chance.isTrue(0.85) ? "application/x-www-form-urlencoded" : chance.pick(contentTypes);
    if (chance.isTrue(0.98)) headers.push(`Content-Type: ${type}`);
  }
  if (chance.isTrue(0.5)) headers.push(`Authorization: ${createAuthorization(chance, loot)}`);
  if (chance.isTrue(0.5)) headers.push(`Cookie: ${createCookie(chance, loot)}`);
  while (chance.isTrue(0.3)) headers.push(chance.pick(oddHeaders));
  return headers;
}

function createAuthorization(chance, loot) {
  const secret = chance.pick([basic, `Bearer ${loot.accessToken}`, `Bearer ${loot.idToken}`]);
  const roll = chance.next();
  if (roll < 0.6) return secret;
  if (roll < 0.75) return spoil(secret, chance).replaceAll(/[\r\n\0]/g, "");
  if (roll < 0.9) return `Basic ${chance.bytes(chance.below(60)).toString("base64")}`;
  return chance.pick([
    "",
    "Basic",
    "Basic ",
    "Basic Og==",
    "Bearer",
    "Bearer  x",
    "Digest a=b",
    "Negotiate YII=",
    `Basic ${"A".repeat(6_000)}`,
    "\u00ff",
  ]);
}

function createCookie(chance, loot) {
  const roll = chance.next();
  if (roll < 0.6) return loot.cookie;
  if (roll < 0.8) return spoil(loot.cookie, chance);
  if (roll < 0.9)
    return chance.pick([";", "=", "a", "=;=;=", "a=b; a=c", "latchkey_browser=", "__proto__=x", "\u00ff=\u00ff"]);
  return Array.from(
    { length: chance.between(10, 200) },
    (_, index) => `latchkey_state_${index}=${chance.below(1e9)}.x`,
  ).join("; ");
}

function frame({ method, target, headers, body, isChunked = false, chance }) {
  const length = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
  const lines = body.length > 0 || method === "POST" ? [...headers, length] : headers;
  const head = Buffer.from(`${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return Buffer.concat([head, isChunked ? cutIntoChunks(body, chance) : body]);
}

function cutIntoChunks(body, chance) {
  const parts = [];
  for (let at = 0; at < body.length; ) {
    const size = Math.min(body.length - at, 1 + chance.below(2_000));
    parts.push(Buffer.from(`${size.toString(16)}\r\n`), body.subarray(at, at + size), Buffer.from("\r\n"));
    at += size;
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}
