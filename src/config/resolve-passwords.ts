import type { LocalPerson } from "../connectors/catalogue.js";
import { join } from "./read-shape.js";
import type { ResolveContext } from "./resolve-context.js";
import { resolveSource } from "./resolve-source.js";
import type { StaticPassword } from "./schema/client.js";

const hashLength = 60;

/** Resolves the people of `staticPasswords`. */
export function resolvePasswords(context: ResolveContext, entries: readonly StaticPassword[]): readonly LocalPerson[] {
  const people = entries.flatMap((entry, index) => resolvePerson(context, `staticPasswords.${index}`, entry) ?? []);
  const withoutId = entries.flatMap((entry, index) =>
    entry.userID === undefined || entry.userID === "" ? [index] : [],
  );
  for (const index of withoutId) {
    context.warn(
      `staticPasswords.${index}`,
      "userID is missing: everybody without one has the same sub, and so is the same person for every app",
    );
  }
  const seen = new Set<string>();
  for (const [index, { email }] of people.entries()) {
    if (seen.has(email))
      context.warn(`staticPasswords.${index}.email`, `${email} stands here again; the last one counts`);
    seen.add(email);
  }
  return people;
}

function resolvePerson(context: ResolveContext, path: string, entry: StaticPassword): LocalPerson | undefined {
  const email = entry.email ?? "";
  if (email === "") context.error(path, "email is missing");
  const names = { literal: "hash", env: "hashFromEnv", file: "hashFromFile" };
  const sources = { literal: entry.hash, env: entry.hashFromEnv, file: entry.hashFromFile };
  const text = resolveSource(context, path, names, sources);
  const isNamed = Object.values(sources).some((value) => value !== undefined && value !== "");
  if (!isNamed) context.error(path, "no password hash provided");
  const hash = text === undefined ? undefined : normaliseHash(context, path, text);
  if (hash === undefined || email === "") return undefined;
  const username = entry.username ?? "";
  return {
    email: email.toLowerCase(),
    emailClaim: email,
    hash,
    // Identities need an id; Dex gives the empty one, which would be the same person for everybody just as well.
    userId: entry.userID ?? "",
    username: entry.name || username,
    preferredUsername: entry.preferredUsername ?? "",
    emailVerified: entry.emailVerified,
    groups: entry.groups ?? [],
  };
}

/** A bcrypt hash as Go's bcrypt takes it, or base64 of one; cut to the 60 characters that count. */
function normaliseHash(context: ResolveContext, path: string, text: string): string | undefined {
  const at = join(path, "hash");
  const hash = text.startsWith("$2") ? text : Buffer.from(text, "base64").toString("utf8");
  const match = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]*)/.exec(hash);
  if (match === null) {
    context.error(
      at,
      "malformed bcrypt hash: it must begin with $2a$, $2b$ or $2y$ and a cost (make one with latchkey hash-password)",
    );
    return undefined;
  }
  const cost = Number(match[1]);
  if (match[0].length < hashLength) {
    context.error(at, `malformed bcrypt hash: ${match[0].length} characters of 60, so no password can match`);
    return undefined;
  }
  if (cost < 10 || cost > 16) {
    context.error(at, `bcrypt cost ${cost}: must be from 10 to 16`);
    return undefined;
  }
  if (hash.trimEnd().length > hashLength) context.warn(at, "bcrypt hash: what follows the 60th character is ignored");
  return hash.slice(0, hashLength);
}
