// `try-image.mjs CONTEXT ROOT`: starts what follow-dockerfile.mjs has put into ROOT as the Dockerfile of CONTEXT says, with
// its command, environment and user, and tells whether it serves, is healthy, writes nothing but its data, and stops.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const [context = ".", folder = ""] = process.argv.slice(2);
const root = resolve(folder);
const dockerfile = readFileSync(join(context, "Dockerfile"), "utf8").replace(/\\\n\s*/g, "");
const command = JSON.parse(find(/^CMD (.+)$/m)).map(toRoot);
const probe = JSON.parse(find(/^HEALTHCHECK .*CMD (.+)$/m)).map(toRoot);
const [uid, gid] = find(/^USER (.+)$/m)
  .split(":")
  .map(Number);
// Who is not root tries it as himself.
const user = process.getuid() === 0 ? { uid, gid } : {};
const [web, telemetry] = [await findFreePort(), await findFreePort()];
const issuer = `http://127.0.0.1:${web}/dex`;
const env = {
  ...Object.fromEntries(
    find(/^ENV (.+)$/m)
      .split(" ")
      .map((pair) => pair.split("=")),
  ),
  PATH: `${toRoot("/usr/local/bin")}:${process.env.PATH}`,
  DEX_ISSUER: issuer,
  DEX_WEB_HTTP: `127.0.0.1:${web}`,
  DEX_TELEMETRY_HTTP: `127.0.0.1:${telemetry}`,
  DEX_STORAGE_SQLITE3_CONFIG_FILE: toRoot("/var/dex/dex.db"),
  DEX_LOG_FORMAT: "json",
};
const person = {
  LATCHKEY_EMAIL: "robin@example.com",
  // Of the password "password"; nobody logs in here.
  LATCHKEY_PASSWORD_HASH: "$2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G",
};

await refusesMissingVariables();
await servesAndStops();
console.log("the image serves, is healthy and stops");

async function refusesMissingVariables() {
  const server = start(env);
  assert.deepEqual(await server.exited, [1, null]);
  const told = server.lines.join("\n");
  assert.match(told, /config\.docker\.yaml:\d+:\d+: error: the variable LATCHKEY_EMAIL is not set/);
}

async function servesAndStops() {
  const server = start({ ...env, ...person });
  try {
    await Promise.race([server.listening, server.exited]);
    assert.ok(
      server.lines.some((line) => line.includes('"listening"')),
      server.lines.join("\n"),
    );
    assert.doesNotMatch(server.lines.join("\n"), /UV_THREADPOOL_SIZE/, "the thread pool has the right size");
    const [program] = readFileSync(`/proc/${server.child.pid}/cmdline`, "utf8").split("\0");
    assert.equal(program, "node", "the launcher has replaced itself");
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    assert.equal((await discovery.json()).issuer, issuer);
    execFileSync(probe[0], probe.slice(1), {
      env: { ...env, LATCHKEY_HEALTH_URL: `http://127.0.0.1:${telemetry}/healthz/ready` },
      ...user,
    });
    assert.ok(existsSync(toRoot("/var/dex/dex.db")));
  } finally {
    server.child.kill("SIGTERM");
  }
  assert.deepEqual(await server.exited, [0, null]);
  assert.deepEqual(listNew(), ["/var/dex/dex.db"], "nothing is written but the database");
}

function start(environment) {
  const child = spawn(command[0], command.slice(1), {
    cwd: root,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
    ...user,
  });
  const lines = [];
  const exited = once(child, "close");
  const listening = new Promise((settle) => {
    createInterface({ input: child.stderr }).on("line", (line) => {
      lines.push(line);
      if (line.includes('"listening"')) settle();
    });
  });
  return { child, lines, exited, listening };
}

/** Files that this process is older than. */
function listNew() {
  const since = `@${(Date.now() / 1000 - process.uptime()).toFixed(3)}`;
  const found = execFileSync("find", [root, "-type", "f", "-newermt", since], { encoding: "utf8" });
  return found
    .split("\n")
    .filter(Boolean)
    .map((path) => path.slice(root.length));
}

function find(pattern) {
  const [, found] = pattern.exec(dockerfile) ?? [];
  assert.ok(found, `the Dockerfile has no ${pattern}`);
  return found;
}

function toRoot(word) {
  return word.startsWith("/") ? join(root, word) : word;
}

async function findFreePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
