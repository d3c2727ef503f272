// A million authorization requests of nobody: no row is stored, and memory stays flat (DESIGN wall 1).
import { authorizePath, formatRequest } from "./client-app.mjs";
import { createChance } from "./seeded.mjs";
import { createStand, inspectDatabase } from "./stand.mjs";
import { formatSamples, judgeGrowth, watchProcess } from "./watch.mjs";
import { createWire } from "./wire.mjs";

const clients = ["photos", "mail", "wiki"];

export async function soakAnonymousAuth({ requests, connections, seed, build }) {
  const stand = await createStand({ build, createConfig });
  const server = await stand.start();
  const before = await inspectDatabase({ build, database: stand.database });
  const failures = [];
  const statuses = {};
  let asked = 0;
  let done = 0;
  const watch = watchProcess(server.pid, () => done);
  const progress = setInterval(() => console.log(`${done} of ${requests}`), 30_000);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const wire = createWire(stand.port);
      while (asked < requests && failures.length < 20) {
        const at = asked++;
        const { path, expected } = createRequest(createChance(seed, at));
        const answer = await wire.ask(formatRequest({ path }));
        const status = answer.status ?? (answer.late ? "late" : "closed");
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (!expected.includes(status)) failures.push(`request ${at} was answered with ${status}: ${path}`);
        done += 1;
      }
      wire.close();
    }),
  );
  clearInterval(progress);
  watch.stop();
  await server.kill("SIGTERM");
  const after = await inspectDatabase({ build, database: stand.database });
  stand.remove();
  const growth = judgeGrowth(watch.samples);
  const [rowsBefore, rowsAfter] = [before, after].map(({ rows }) => JSON.stringify(rows));
  return {
    facts: [
      ["requests answered", done],
      ["answers by status", JSON.stringify(statuses)],
      ["rows before", rowsBefore],
      ["rows after", rowsAfter],
      ...growth.facts,
    ],
    samples: formatSamples(watch.samples, "requests"),
    failures: [
      ...failures,
      ...growth.failures,
      ...(rowsBefore === rowsAfter ? [] : [`rows went from ${rowsBefore} to ${rowsAfter}`]),
      ...server.faults.map((line) => `fault: ${line}`),
    ],
  };
}

/** Different clients, scopes, states and ways in; all of them good requests, without a cookie. */
function createRequest(chance) {
  const client = chance.pick(clients);
  const isSilent = chance.isTrue(0.1);
  const extra = {
    client_id: client,
    redirect_uri: `https://${client}.example/callback`,
    scope: chance.pick(["openid", "openid email", "openid profile email groups offline_access", "openid federated:id"]),
    state: chance.bytes(chance.between(1, 200)).toString("base64url"),
    nonce: chance.bytes(16).toString("base64url"),
    ...(chance.isTrue(0.5) && {
      code_challenge: chance.bytes(32).toString("base64url"),
      code_challenge_method: "S256",
    }),
    ...(chance.isTrue(0.3) && { connector_id: chance.pick(["mock", "password"]) }),
    ...(isSilent && { prompt: "none" }),
    ...(chance.isTrue(0.1) && { login_hint: `user${chance.below(1_000_000)}@example.com` }),
  };
  return { path: authorizePath(extra), expected: isSilent ? [303] : [200, 302, 303] };
}

function createConfig({ issuer, address, database }) {
  return `issuer: ${issuer}
web: { http: "${address}" }
storage: { type: sqlite3, config: { file: "${database}" } }
signer: { type: local, config: { algorithm: ES256, keysRotationPeriod: 24h } }
logger: { level: info, format: json }
connectors:
  - { type: mockCallback, id: mock, name: Mock }
  - { type: mockPassword, id: password, name: Password, config: { username: kilgore, password: trout } }
staticClients:
${clients.map((id) => `  - { id: ${id}, name: ${id}, secret: ${id}-secret-0123456789, redirectURIs: ["https://${id}.example/callback"] }`).join("\n")}
`;
}
