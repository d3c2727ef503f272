// 200 people refresh over two processes on one database, while one process or the other is killed every few seconds.
import { setTimeout as pause } from "node:timers/promises";
import { findFreePort } from "../bench/child.mjs";
import { app, authorizePath, createBrowser, readClaims, redeem } from "./client-app.mjs";
import { createChance } from "./seeded.mjs";
import { createStand, inspectDatabase } from "./stand.mjs";
import { count, createPerson } from "./storm-person.mjs";
import { createWire } from "./wire.mjs";

const loginsAtOnce = 8;
const killEveryMs = [2_000, 5_000];
/** How often both may be down at once; never where starts are slow: then nobody would be answered for too long. */
const bothDown = { share: 0.25, slowestStartMs: 3_000 };

export async function soakRefreshStorm({ seconds, users, pause: pauseMs, seed, build }) {
  const stand = await createStand({ build, createConfig: (place) => createConfig(place, users) });
  const ports = [stand.port, await findFreePort()];
  const storm = {
    ports,
    servers: await Promise.all(ports.map((port) => stand.start(port))),
    counts: {},
    failures: [],
    faults: [],
    isOver: false,
    pauseMs,
    startMs: [],
  };
  const people = await logInAll(storm, users, seed);
  const samples = [];
  const from = performance.now();
  const sampler = setInterval(() => samples.push(takeSample(storm, from)), Math.max(1_000, (seconds * 1_000) / 20));
  const progress = setInterval(() => console.log(formatCounts(storm.counts)), 60_000);
  const work = people.map((person) => person.live());
  const killer = killNowAndThen(storm, stand, createChance(seed, 1_000_000));
  for (let left = seconds; left > 0 && !storm.isOver && storm.failures.length < 20; left--) await pause(1_000);
  storm.isOver = true;
  await Promise.all([killer, ...work]);
  for (const timer of [sampler, progress]) clearInterval(timer);
  const ending = await proveEnd({ storm, people, stand, build, users });
  return {
    facts: [
      ["people", people.length],
      ...Object.entries(storm.counts).map(([name, count]) => [name, count]),
      ["slowest start after a kill (ms)", Math.round(Math.max(0, ...storm.startMs))],
      [
        "longest time without an answer (ms)",
        Math.round(Math.max(...people.map(({ longestWaitMs }) => longestWaitMs()))),
      ],
      ...ending.facts,
    ],
    samples: [["seconds", "refreshes", "kills"], ...samples],
    failures: [...storm.failures, ...ending.failures],
  };
}

async function logInAll(storm, users, seed) {
  const people = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: loginsAtOnce }, async () => {
      const wire = createWire(storm.ports[0]);
      while (next < users) {
        const number = next++;
        const browser = createBrowser(storm.ports[0]);
        const code = await browser.logIn(authorizePath({ connector_id: `mock${number}` }));
        browser.close();
        const { status, json } = await redeem(wire, code);
        if (status !== 200) throw new Error(`login ${number} failed: ${status}`);
        people[number] = createPerson({
          name: `person ${number}`,
          storm,
          chance: createChance(seed, number),
          token: json.refresh_token,
          subject: readClaims(json.id_token).sub,
        });
      }
      wire.close();
    }),
  );
  return people;
}

/** Kills one of the two (`kill -9`) every few seconds and starts it again; the other one may be starting just then. */
async function killNowAndThen(storm, stand, chance) {
  const restarts = new Map();
  while (!storm.isOver) {
    await pause(chance.between(...killEveryMs));
    const index = chance.below(2);
    const isSlow = (storm.startMs.at(-1) ?? 0) > bothDown.slowestStartMs;
    const mayMeet = chance.isTrue(bothDown.share) && !isSlow;
    await Promise.all(mayMeet ? [restarts.get(index)] : [...restarts.values()]);
    const victim = storm.servers[index];
    storm.faults.push(...victim.faults);
    if (victim.hasEnded()) storm.failures.push(`process ${index} had ended by itself: ${victim.faults.at(-1)}`);
    await victim.kill("SIGKILL");
    count(storm, "kills");
    restarts.set(index, restart(storm, stand, index));
  }
  await Promise.all(restarts.values());
}

async function restart(storm, stand, index) {
  const from = performance.now();
  try {
    storm.servers[index] = await stand.start(storm.ports[index]);
    storm.startMs.push(performance.now() - from);
  } catch (error) {
    storm.failures.push(`process ${index} did not start again: ${error}`);
    storm.isOver = true;
  }
}

async function proveEnd({ storm, people, stand, build, users }) {
  // Everybody's token still works, at the one process and then at the other.
  for (const [index] of storm.ports.entries()) await Promise.all(people.map((person) => person.refreshAt(index)));
  const during = await inspectDatabase({ build, database: stand.database });
  for (const server of storm.servers) {
    storm.faults.push(...server.faults);
    if (!server.hasEnded()) await server.kill("SIGTERM");
  }
  const { rows, integrity } = await inspectDatabase({ build, database: stand.database });
  stand.remove();
  const failures = storm.faults.map((line) => `fault: ${line}`);
  if (integrity !== "ok" || during.integrity !== "ok")
    failures.push(`integrity check: ${during.integrity}, ${integrity}`);
  for (const kind of ["grant", "upstream-grant"]) {
    if (rows[kind] !== users) failures.push(`${rows[kind] ?? 0} rows of ${kind}, ${users} expected`);
  }
  return {
    facts: [
      ["rows at the end", JSON.stringify(rows)],
      ["integrity check while running, and stopped", `${during.integrity}, ${integrity}`],
    ],
    failures,
  };
}

function takeSample(storm, from) {
  const { refreshes = 0, kills = 0 } = storm.counts;
  return [Math.round((performance.now() - from) / 1_000), refreshes, kills];
}

function formatCounts(counts) {
  return Object.entries(counts)
    .map(([name, number]) => `${name}: ${number}`)
    .join(", ");
}

/** One connector for each person: the mock always is the same person, and `sub` holds the connector. */
function createConfig({ issuer, address, database }, users) {
  const connectors = Array.from(
    { length: users },
    (_, index) => `  - { type: mockCallback, id: mock${index}, name: Mock }`,
  );
  return `issuer: ${issuer}
web: { http: "${address}" }
storage: { type: sqlite3, config: { file: "${database}" } }
signer: { type: local, config: { algorithm: ES256, keysRotationPeriod: 24h } }
oauth2: { skipApprovalScreen: true }
logger: { level: info, format: json }
connectors:
${connectors.join("\n")}
staticClients:
  - { id: ${app.id}, name: Photos, secret: ${app.secret}, redirectURIs: ["${app.redirectUri}"] }
`;
}
