// Fills a database with rows of refresh families, made like the ones that logins left there. The server must be stopped.
import { randomBytes } from "node:crypto";
import { Database } from "./sqlite.mjs";

const dayMs = 86_400_000;

/** Adds `count` families: a grant and an upstream grant each, random keys, ends spread over 90 days. */
export function fillFamilies(file, count) {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = OFF");
  database.pragma("cache_size = -1000000");
  const read = database.prepare("SELECT value FROM latchkey_records WHERE kind = ? ORDER BY key LIMIT 1");
  const insert = database.prepare(
    "INSERT INTO latchkey_records (kind, key, version, expires_at, value, index0, index1) VALUES (?, ?, 3, ?, ?, ?, NULL)",
  );
  const grant = JSON.parse(read.get("grant").value);
  const upstream = JSON.parse(read.get("upstream-grant").value);
  const now = Date.now();
  database.transaction(() => {
    for (const [index, key] of createKeys(count).entries()) {
      const expiresAt = Math.round((now + dayMs * (1 + (89 * index) / count)) / 3_600_000) * 3_600_000;
      const upstreamKey = createKey();
      insert.run(
        "grant",
        key,
        expiresAt,
        JSON.stringify({ ...grant, upstream: upstreamKey, endsAt: expiresAt }),
        createKey().slice(0, 22),
      );
      insert.run("upstream-grant", upstreamKey, expiresAt, JSON.stringify({ ...upstream, endsAt: expiresAt }), null);
    }
  })();
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
}

/** Sorted: pages of the key index are then filled one after another. */
function createKeys(count) {
  return Array.from({ length: count }, createKey).sort();
}

function createKey() {
  return randomBytes(32).toString("base64url");
}
