// Hostile requests at every endpoint over real sockets: no 5xx, no hang, no growth, and a login works at the end.
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { app } from "./client-app.mjs";
import { createHostileRequest } from "./hostile-requests.mjs";
import { gatherLoot, proveService } from "./loot.mjs";
import { keepSlowSockets } from "./slow-sockets.mjs";
import { createStand, inspectDatabase } from "./stand.mjs";
import { countFiles, formatSamples, judgeGrowth, watchProcess } from "./watch.mjs";
import { abandon, createWire, throwAt } from "./wire.mjs";

/** Requests between two sets of good tokens. */
const lootEvery = 5_000;
/** Rows that one set of loot and everything that can be done with it may leave at most. */
const rowsPerLoot = 12;
const maxFailures = 20;

export async function soakHostile({ requests, connections, seed, first, slow, build }) {
  const stand = await createStand({ build, createConfig });
  const server = await stand.start();
  const filesAtStart = countFiles(server.pid);
  const before = await inspectDatabase({ build, database: stand.database });
  const run = {
    port: stand.port,
    seed,
    paths: await listPaths(build),
    loot: await gatherLoot(stand.port),
    loots: 1,
    next: first,
    end: first + requests,
    done: 0,
    counts: {},
    failures: [],
  };
  const watch = watchProcess(server.pid, () => run.done);
  const progress = setInterval(() => console.log(`${run.done} of ${requests}`), 30_000);
  const slowSockets = keepSlowSockets(stand.port, slow);
  await Promise.all(Array.from({ length: connections }, () => attack(run, server)));
  clearInterval(progress);
  watch.stop();
  const slowResult = await slowSockets.stop();
  const ending = await proveEnd({ run, server, stand, build, filesAtStart, before });
  const growth = judgeGrowth(watch.samples);
  return {
    facts: [
      ["requests sent", run.done],
      ["paths", run.paths.length],
      ...Object.entries(run.counts).map(([name, count]) => [name, formatCounts(count)]),
      ["slow sockets closed by the server", JSON.stringify(slowResult.closed)],
      ...ending.facts,
      ...growth.facts,
    ],
    samples: formatSamples(watch.samples, "requests"),
    failures: [...run.failures, ...slowResult.failures, ...growth.failures, ...ending.failures],
  };
}

async function attack(run, server) {
  const wire = createWire(run.port);
  while (run.next < run.end && run.failures.length < maxFailures && !server.hasEnded()) {
    const at = run.next++;
    if ((at + 1) % lootEvery === 0) await renewLoot(run, at);
    const request = createHostileRequest({ seed: run.seed, at, paths: run.paths, loot: run.loot });
    const found = await send(run.port, wire, request);
    run.done += 1;
    run.counts[request.kind] ??= {};
    for (const name of found.names) countUp(run.counts[request.kind], name);
    if (found.problem !== undefined) report(run, at, request, found.problem);
  }
  wire.close();
}

function countUp(counts, name) {
  counts[name] = (counts[name] ?? 0) + 1;
}

async function renewLoot(run, at) {
  try {
    run.loot = await gatherLoot(run.port);
    run.loots += 1;
  } catch (error) {
    run.failures.push(`a login failed before request ${at}: ${error}`);
  }
}

/** Sends one request its way; `names` are what is counted. */
async function send(port, wire, { how, bytes, isHead, isLast, mayCut }) {
  if (how === "abandon") {
    await abandon(port, bytes);
    return { names: ["left"] };
  }
  if (how === "throw") {
    const { late, answers = [] } = await throwAt(port, bytes);
    if (late) return { names: ["late"], problem: "the server neither answered nor closed in time" };
    const problem = answers.map(findProblem).find((found) => found !== undefined);
    return { names: answers.length === 0 ? ["closed"] : answers.map(({ status }) => status), problem };
  }
  const answer = await wire.ask(bytes, { isHead });
  if (isLast) wire.close();
  if (answer.late) return { names: ["late"], problem: "no answer in time" };
  if (answer.closed) return { names: ["closed"], problem: mayCut ? undefined : "closed without an answer" };
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const problem = findProblem({ status: answer.status, head });
  return { names: [answer.status], problem: problem && `${problem}: ${answer.body.slice(0, 200)}` };
}

const ownRedirects = [
  /^\/(?![/\\])/,
  /^urn:ietf:wg:oauth:2\.0:oob(\?|$)/,
  /^https:\/\/photos\.example\/callback(\?|$)/,
  // Our own pages, and the public client of the config.
  /^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?\//,
];

/** What no answer may be or hold: a fault, a header that came in as a value, the way to a host that is not registered. */
function findProblem({ status, head }) {
  // The one bounded queue that a stranger can fill: passwords waiting for bcrypt (docs/adr/0006-password-hashing-queue.md).
  const isBusy = status === 503 && /^retry-after: \d/im.test(head);
  if (status >= 500 && !isBusy) return `status ${status}`;
  if (/^x-injected/im.test(head)) return "a header was injected";
  const [, location] = /^location: (.*?)\r?$/im.exec(head) ?? [];
  const isOwn = location === undefined || ownRedirects.some((pattern) => pattern.test(location));
  return isOwn ? undefined : `redirected to ${location.slice(0, 200)}`;
}

function report(run, at, { kind, bytes }, problem) {
  console.error(`\nrequest ${at} (${kind}): ${problem}\n${JSON.stringify(bytes.toString("latin1").slice(0, 8_000))}`);
  run.failures.push(`${kind}: ${problem} (again with \`--seed ${run.seed} --first ${at} --requests 1\`)`);
}

async function proveEnd({ run, server, stand, build, filesAtStart, before }) {
  const failures = [];
  // Sockets that the client has closed are gone soon.
  for (let tries = 0; tries < 50 && !server.hasEnded() && countFiles(server.pid) > filesAtStart + 8; tries++)
    await pause(100);
  const filesAtEnd = server.hasEnded() ? 0 : countFiles(server.pid);
  if (filesAtEnd > filesAtStart + 8) failures.push(`${filesAtEnd} open files at the end, ${filesAtStart} at the start`);
  if (server.hasEnded()) failures.push("the server has ended");
  else {
    failures.push(...(await proveService(stand.port)));
    await server.kill("SIGTERM");
  }
  const after = await inspectDatabase({ build, database: stand.database });
  stand.remove();
  const total = ({ rows }) => Object.values(rows).reduce((sum, count) => sum + count, 0);
  // The proof of service logs in as well.
  const allowed = total(before) + (run.loots + 1) * rowsPerLoot;
  if (total(after) > allowed) failures.push(`${total(after)} rows, at most ${allowed} expected`);
  if (after.integrity !== "ok") failures.push(`database: ${after.integrity}`);
  return {
    facts: [
      ["logins of the soak itself", run.loots * 3 + 1],
      ["rows at the start", JSON.stringify(before.rows)],
      ["rows at the end", `${JSON.stringify(after.rows)}; at most ${allowed} allowed`],
      ["open files at start and end", `${filesAtStart}, ${filesAtEnd}`],
    ],
    failures: [...failures, ...server.faults.map((line) => `fault: ${line}`)],
  };
}

/** Every path of the server's own table, so that a new endpoint is attacked from its first day. */
async function listPaths(build) {
  const { routes } = await import(pathToFileURL(resolve(build, "oidc/routes.js")).href);
  const own = Object.values(routes).map((route) => `/dex${route}`);
  return [...own, "/.well-known/oauth-authorization-server/dex", "/", "/nowhere", "/dex/auth/%2e%2e", "/dex/static/"];
}

function formatCounts(counts) {
  const known = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return known.map(([name, count]) => `${name}: ${count}`).join(", ");
}

function createConfig({ issuer, address, database }) {
  return `issuer: ${issuer}
web: { http: "${address}", allowedOrigins: ["https://app.example"], clientRemoteIP: { header: X-Forwarded-For, trustedProxies: ["127.0.0.0/8"] } }
storage: { type: sqlite3, config: { file: "${database}" } }
signer: { type: local, config: { algorithm: ES256, keysRotationPeriod: 24h } }
logger: { level: info, format: json }
enablePasswordDB: true
staticPasswords:
  - { email: robin@example.com, username: robin, userID: "1", hash: "$2a$10$snLQOmsZaZZJuG4atOzEjeO27mJUjdCXz3TVLNg1l7tZDvO/UPFBi" }
connectors:
  - { type: mockCallback, id: mock, name: Mock }
  - { type: mockPassword, id: password, name: Password, config: { username: kilgore, password: trout } }
staticClients:
  - { id: ${app.id}, name: Photos, secret: ${app.secret}, redirectURIs: ["${app.redirectUri}"] }
  - { id: cli, name: Command Line, public: true, trustedPeers: [${app.id}] }
`;
}
