// `npm run soak -- PART [--requests N] [--seconds N] ...`: long runs against real server processes; see docs/soak.md.
import { parseArgs } from "node:util";
import { soakAnonymousAuth } from "./anonymous-auth.mjs";
import { soakHostile } from "./hostile.mjs";
import { soakRefreshStorm } from "./refresh-storm.mjs";
import { formatResult, keepResult } from "./result.mjs";

/** Sizes that a result of record has; a smaller run prints and keeps nothing. */
const parts = {
  "anonymous-auth": { run: soakAnonymousAuth, defaults: { requests: 1_000_000, connections: 64, seed: 1 } },
  hostile: { run: soakHostile, defaults: { requests: 1_000_000, connections: 64, seed: 1, first: 0, slow: 4 } },
  "refresh-storm": { run: soakRefreshStorm, defaults: { seconds: 1_800, users: 200, pause: 400, seed: 1 } },
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: "string" },
    connections: { type: "string" },
    seconds: { type: "string" },
    users: { type: "string" },
    pause: { type: "string" },
    seed: { type: "string" },
    first: { type: "string" },
    slow: { type: "string" },
    build: { type: "string", default: ".build/src" },
    keep: { type: "boolean", default: false },
  },
});
const [name = ""] = positionals;
const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
if (part === undefined) {
  console.error(`usage: npm run soak -- ${Object.keys(parts).join("|")} [--requests N] [--seed N] ...`);
  process.exitCode = 2;
} else {
  const options = readOptions(part.defaults);
  const from = performance.now();
  const outcome = await part.run({ ...options, build: values.build });
  const text = formatResult({ name, options, seconds: (performance.now() - from) / 1_000, ...outcome });
  console.log(`\n${text}`);
  const isFull = Object.entries(part.defaults).every(([key, value]) => key === "seed" || options[key] >= value);
  if (isFull || values.keep) keepResult(name, text);
  process.exitCode = outcome.failures.length === 0 ? 0 : 1;
}

function readOptions(defaults) {
  const entries = Object.entries(defaults).map(([key, value]) => [key, Number(values[key] ?? value)]);
  const wrong = entries.filter(([, value]) => !Number.isSafeInteger(value) || value < 0);
  if (wrong.length > 0) throw new Error(`not a number: ${wrong.map(([key]) => `--${key}`).join(", ")}`);
  return Object.fromEntries(entries);
}
