import { verify } from "@node-rs/bcrypt";
import type { BoundedQueue } from "../../platform/bounded-queue.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, ConnectorContext, LoginResult, RefreshInput, RefreshResult } from "../port.js";
import type { LocalOptions } from "./config.js";

type Person = LocalOptions["passwords"][number];

/** bcrypt reads 72 bytes; a longer password would match everything that begins alike. */
const maxPasswordBytes = 72;

/**
 * People of `staticPasswords`. Every check costs one bcrypt of a cost in use, also for unknown users and for passwords
 * that cannot match, so that answer and timing tell nothing (security case 38, dex-behaviour §12 no. 40).
 */
export function openLocal(options: LocalOptions, context: ConnectorContext): Promise<Connector> {
  const people = new Map(options.passwords.map((person) => [person.email, person]));
  const decoys = createDecoys(options.passwords);

  async function check(username: string, password: string): Promise<LoginResult> {
    const person = people.get(username.toLowerCase());
    const tooLong = Buffer.byteLength(password) > maxPasswordBytes;
    // A password that is too long costs what a wrong one costs for this person: its outcome is not looked at.
    const hash = person?.hash ?? decoys.at(username);
    const matches = await verifyQueued(context.passwordQueue, tooLong ? "" : password, hash);
    return person !== undefined && !tooLong && matches
      ? { outcome: "ok", identity: toIdentity(person) }
      : { outcome: "bad-credentials" };
  }

  return Promise.resolve({
    login: {
      kind: "password",
      usernameLabel: "Email Address",
      check: ({ username, password }) => check(username, password),
    },
    refresh: (input) => Promise.resolve(refresh(people, input)),
  });
}

/** Reads the person again: gone or renamed to another `userID` means no (dex-behaviour §6.7). */
function refresh(people: ReadonlyMap<string, Person>, { identity }: RefreshInput): RefreshResult {
  const person = people.get(identity.email.toLowerCase());
  return person === undefined || person.userId !== identity.userId
    ? { outcome: "denied", detail: "the user is no longer in staticPasswords" }
    : { outcome: "ok", identity: { ...toIdentity(person), email: identity.email } };
}

function verifyQueued(queue: BoundedQueue, password: string, hash: string): Promise<boolean> {
  return queue.run(() => verify(password, hash));
}

function toIdentity(person: Person): Identity {
  return {
    userId: person.userId,
    username: person.username,
    preferredUsername: person.preferredUsername,
    email: person.emailClaim,
    emailVerified: person.emailVerified,
    groups: person.groups,
  };
}

interface Decoys {
  /** A hash that nothing matches, of a cost that some real user has: always the same one for a name. */
  at(username: string): string;
}

/**
 * Unknown users spread over the costs that are in use, so that the time of an answer fits somebody who exists. Salt and
 * digest are made up: no password is known for them, and a match would let nobody in.
 */
function createDecoys(people: readonly Person[]): Decoys {
  const costs = people.length === 0 ? ["12"] : people.map((person) => person.hash.slice(4, 6));
  return {
    at(username) {
      let sum = 0;
      for (const character of username) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
      return `$2b$${costs[sum % costs.length]}$${"C6UzMDM.H6dfI/f/IKcEe."}${"u".repeat(31)}`;
    },
  };
}
