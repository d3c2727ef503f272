// The measured server and what is asked of it: logins, code exchanges, refreshes, userinfo, documents.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { findFreePort, readThreadPoolSize, startChild } from "./child.mjs";
import { basic, get, header, post, requireOk, runLoad } from "./load.mjs";

/** Connectors, each with one person: no person has more families than the default limit. */
const maxPeople = 200;
const client = { id: "bench", secret: "bench-secret-0123456789", redirectUri: "https://client.example/callback" };
const scope = "openid email profile groups offline_access";
/** `password`, bcrypt cost 10. */
export const passwordHash = "$2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G";
const program = process.env.BENCH_PROGRAM ?? "dist/main.js";

/** A folder with a database and its configuration; servers are started on it, one after another or two at once. */
export async function createDeployment(algorithm, people = maxPeople) {
  const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "latchkey-bench-"));
  const issuerPort = await findFreePort();
  return {
    folder,
    file: join(folder, "latchkey.db"),
    tokens: [],
    /** Starts one process on the file. */
    async start({ cores, env, isProbed } = {}) {
      const port = await findFreePort();
      const config = join(folder, `config-${port}.yaml`);
      writeFileSync(config, writeConfig({ folder, algorithm, port, issuerPort, people }));
      const pool = { UV_THREADPOOL_SIZE: readThreadPoolSize(cores) };
      const args = [resolve(program), "serve", config];
      return startChild({ args, port, path: "/dex/healthz", cores, env: { ...pool, ...env }, isProbed });
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function writeConfig({ folder, algorithm, port, issuerPort, people }) {
  const connectors = Array.from(
    { length: people },
    (_, person) => `  - { type: mockCallback, id: mock${person}, name: Mock }`,
  );
  return `issuer: http://127.0.0.1:${issuerPort}/dex
web: { http: "127.0.0.1:${port}" }
storage: { type: sqlite3, config: { file: "${folder}/latchkey.db" } }
signer: { type: local, config: { algorithm: ${algorithm}, keysRotationPeriod: 24h } }
oauth2: { skipApprovalScreen: true }
connectors:
${connectors.join("\n")}
enablePasswordDB: true
staticPasswords: [{ email: admin@example.com, hash: "${passwordHash}", username: admin, userID: "1" }]
staticClients: [{ id: ${client.id}, name: Bench, secret: ${client.secret}, redirectURIs: ["${client.redirectUri}"] }]
logger: { level: info, format: json }
`;
}

let logins = 0;

/** A whole login without a password; resolves with the code. */
export async function obtainCode(connection) {
  return walk(connection, `mock${logins++ % maxPeople}`);
}

/** A whole login with a password, one bcrypt of cost 10. */
export async function logIn(connection) {
  return walk(connection, "local");
}

async function walk(connection, connectorId) {
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.redirectUri,
    response_type: "code",
    scope,
    state: "s",
    nonce: "n",
    connector_id: connectorId,
  });
  let cookies = "";
  let request = get(`/dex/auth?${query}`);
  for (let hop = 0; hop < 12; hop++) {
    const answer = await connection.send(request);
    const set = [...answer.head.matchAll(/^set-cookie: ([^;\r]*)/gim)].map(([, cookie]) => cookie);
    if (set.length > 0) cookies = `Cookie: ${set.join("; ")}\r\n`;
    if (answer.status === 200) {
      request = fillIn(answer.body, cookies);
      continue;
    }
    const location = header(answer.head, "location");
    if (location === undefined) throw new Error(`login: status ${answer.status}: ${answer.body.slice(0, 300)}`);
    const next = new URL(location, "http://127.0.0.1");
    if (next.host === "client.example") {
      const code = next.searchParams.get("code");
      if (code === null) throw new Error(`login: ${next.search}`);
      return code;
    }
    request = get(`${next.pathname}${next.search}`, cookies);
  }
  throw new Error("login: no code after twelve steps");
}

function fillIn(page, cookies) {
  const action = /<form[^>]* action="([^"]*)"/.exec(page)?.[1].replaceAll("&amp;", "&");
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const fields = Object.fromEntries(hidden.map(([, name, value]) => [name, value.replaceAll("&amp;", "&")]));
  return post(action, { ...fields, login: "admin@example.com", password: "password" }, cookies);
}

const authorization = basic(client.id, client.secret);

export async function exchange(connection, code) {
  const form = { grant_type: "authorization_code", code, redirect_uri: client.redirectUri };
  return JSON.parse(requireOk(await connection.send(post("/dex/token", form, authorization))).body);
}

export async function refresh(connection, tokens, family) {
  const form = { grant_type: "refresh_token", refresh_token: tokens[family] };
  const answer = JSON.parse(requireOk(await connection.send(post("/dex/token", form, authorization))).body);
  tokens[family] = answer.refresh_token;
}

export async function fetchOk(connection, path, headers) {
  requireOk(await connection.send(get(path, headers)));
}

/** Logs in until there are `count` families; their refresh tokens go to `tokens`. */
export async function createFamilies(port, tokens, count) {
  let last;
  await runLoad({
    ports: [port],
    connections: 16,
    seconds: 900,
    work: async (connection) => {
      if (tokens.length >= count) return false;
      last = await exchange(connection, await obtainCode(connection));
      tokens.push(last.refresh_token);
    },
  });
  return last?.access_token;
}
