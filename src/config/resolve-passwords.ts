import type { LocalPerson } from "../connectors/catalogue.js";
import { parseHash } from "./bcrypt-hash.js";
import { join } from "./key-path.js";
import type { ResolveContext } from "./resolve-context.js";
import { isSourceWritten, resolveSource } from "./resolve-source.js";
import type { StaticPassword } from "./schema/client.js";

/** Resolves the people of `staticPasswords`. */
export function resolvePasswords(context: ResolveContext, entries: readonly StaticPassword[]): readonly LocalPerson[] {
  checkRepeats(context, entries);
  return entries.flatMap((entry, index) => resolvePerson(context, `staticPasswords.${index}`, entry) ?? []);
}

/** Two people with one `userID` are one person for every app; of two with one e-mail address the last one counts, as with Dex. */
function checkRepeats(context: ResolveContext, entries: readonly StaticPassword[]): void {
  const emails = new Map<string, number>();
  const ids = new Map<string, number>();
  for (const [index, { email = "", userID = "" }] of entries.entries()) {
    const path = `staticPasswords.${index}`;
    const name = email.toLowerCase();
    const { line } = context.placeOf(path);
    const sameName = emails.get(name);
    const sameId = ids.get(userID);
    if (name !== "" && sameName !== undefined) {
      const message = `${email} stands here again: the one in line ${sameName} has no effect`;
      context.warn(join(path, "email"), message);
    }
    if (userID === "") {
      const reason = "everybody without one has the same sub, and so is the same person for every app";
      context.warn(join(path, "userID"), `userID is missing: ${reason}`);
    } else if (sameId !== undefined && sameName === undefined) {
      const reason = `as in line ${sameId}: both have one sub, and so are one person for every app`;
      context.warn(join(path, "userID"), `userID ${userID}, ${reason}`);
    }
    emails.set(name, line);
    ids.set(userID, line);
  }
}

function resolvePerson(context: ResolveContext, path: string, entry: StaticPassword): LocalPerson | undefined {
  const email = entry.email ?? "";
  if (email === "") context.error(join(path, "email"), "email is missing");
  const hash = resolveHash(context, path, entry);
  if (hash === undefined || email === "") return undefined;
  return {
    email: email.toLowerCase(),
    emailClaim: email,
    hash,
    // Identities need an id; Dex gives the empty one, which would be the same person for everybody just as well.
    userId: entry.userID ?? "",
    username: entry.name || (entry.username ?? ""),
    preferredUsername: entry.preferredUsername ?? "",
    emailVerified: entry.emailVerified,
    groups: entry.groups ?? [],
  };
}

function resolveHash(context: ResolveContext, path: string, entry: StaticPassword): string | undefined {
  const names = { literal: "hash", env: "hashFromEnv", file: "hashFromFile" };
  const sources = { literal: entry.hash, env: entry.hashFromEnv, file: entry.hashFromFile };
  if (!isSourceWritten(context, path, names, sources)) {
    context.error(join(path, "hash"), "no password hash provided: hash, hashFromEnv or hashFromFile is required");
  }
  const text = resolveSource(context, path, names, sources);
  if (text === undefined) return undefined;
  const at = join(path, entry.hash ? names.literal : entry.hashFromEnv ? names.env : names.file);
  const parsed = parseHash(text);
  if (parsed.refusal !== undefined) {
    context.error(at, parsed.refusal);
    return undefined;
  }
  if (parsed.hasRest) context.warn(at, "bcrypt hash: what follows the 60th character is ignored");
  return parsed.hash;
}
