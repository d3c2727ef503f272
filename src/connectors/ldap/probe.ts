import type { Clock } from "../../platform/clock.js";
import { ProbeFailure } from "../port.js";
import type { SearchInput } from "./connection.js";
import type { Dialled } from "./dial.js";
import type { Directory } from "./directory.js";
import { findText } from "./entry.js";
import { OperationRefused } from "./failures.js";
import { allOf, anyOf, present } from "./filter.js";
import type { LdapEntry } from "./messages.js";
import { resultCodes } from "./result-codes.js";
import type { LdapServer } from "./servers.js";
import type { LdapSettings } from "./settings.js";

export interface ProbeOptions {
  readonly settings: LdapSettings;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Told of what will disappoint, though all answers. */
  readonly warn: (message: string) => void;
}

const dayMs = 86_400_000;
/** How many people are looked at to find out whether they have the configured attributes. */
const samples = 10;

/** Tries every server, the bind, both bases, and looks whether people have the attributes that a login needs. */
export async function probe(options: ProbeOptions): Promise<readonly string[]> {
  const { settings, directory } = options;
  const told: string[] = [];
  for (const server of settings.servers) told.push(await probeServer(options, server));
  await requireBase(options, settings.users.baseDn, "userSearch.baseDN");
  if (settings.groups !== undefined) await requireBase(options, settings.groups.baseDn, "groupSearch.baseDN");
  const { baseDn, scope, filters, usernameAttributes, requested } = settings.users;
  const named = anyOf(usernameAttributes.map((name) => present(name.split(":")[0] ?? name)));
  const input = { baseDn, scope, filter: allOf([...filters, named]), attributes: requested, sizeLimit: samples };
  const people = await ask(directory, input, options.timeoutMs, "userSearch.filter");
  await probeGroups(options);
  return [...told, ...judgePeople(options, people)];
}

async function probeGroups({ settings: { groups }, directory, timeoutMs, warn }: ProbeOptions): Promise<void> {
  if (groups === undefined) return;
  const { baseDn, scope, filters, matchers, nameAttribute } = groups;
  if (matchers.length === 0) return warn("groupSearch without userMatchers: nobody has groups");
  const named = anyOf(matchers.map(({ groupAttribute }) => present(groupAttribute.split(":")[0] ?? groupAttribute)));
  const input = { baseDn, scope, filter: allOf([...filters, named]), attributes: [nameAttribute], sizeLimit: samples };
  const found = await ask(directory, input, timeoutMs, "groupSearch.filter");
  if (found.length === 0) warn(`the group search finds no group below ${baseDn} that has a groupAttr of userMatchers`);
}

async function probeServer({ directory, clock, timeoutMs }: ProbeOptions, server: LdapServer): Promise<string> {
  let dialled: Dialled;
  try {
    dialled = await directory.openService(server, AbortSignal.timeout(timeoutMs));
  } catch (error) {
    const key = error instanceof OperationRefused ? "bindDN" : "host";
    const what = describe(error);
    throw new ProbeFailure(what.startsWith(server.name) ? what : `${server.name}: ${what}`, key);
  }
  dialled.connection.close();
  const { certificate } = dialled;
  if (certificate === undefined) return `${server.name} answers, without TLS: passwords cross the network in the clear`;
  const days = Math.floor((Date.parse(certificate.valid_to) - clock()) / dayMs);
  return `${server.name} answers; its certificate is good for ${days} more days`;
}

async function requireBase({ directory, timeoutMs }: ProbeOptions, baseDn: string, key: string): Promise<void> {
  const input = { baseDn, scope: "base", filter: present("objectClass"), attributes: [], sizeLimit: 0 } as const;
  const found = await ask(directory, input, timeoutMs, key);
  if (found.length === 0) throw new ProbeFailure(`nothing can be read at ${baseDn}`, key);
}

async function ask(
  directory: Directory,
  input: SearchInput,
  timeoutMs: number,
  key: string,
): Promise<readonly LdapEntry[]> {
  try {
    return await directory.search(input, AbortSignal.timeout(timeoutMs));
  } catch (error) {
    const isMissing = error instanceof OperationRefused && error.resultCode === resultCodes.noSuchObject;
    throw new ProbeFailure(
      isMissing ? `there is no ${input.baseDn}, or whoever we are there may not see it` : describe(error),
      key,
    );
  }
}

function judgePeople({ settings, warn }: ProbeOptions, people: readonly LdapEntry[]): readonly string[] {
  const { users } = settings;
  if (people.length === 0) {
    warn(`nobody below ${users.baseDn} could log in: the user search finds no one`);
    return [];
  }
  const keys = [
    ["userSearch.idAttr", users.idAttribute],
    ["userSearch.nameAttr", users.nameAttribute],
    ["userSearch.preferredUsernameAttr", users.preferredUsernameAttribute],
    ["userSearch.emailAttr", users.emailSuffix === undefined ? users.emailAttribute : undefined],
  ] as const;
  for (const [key, attribute] of keys) {
    if (attribute === undefined) continue;
    const without = people.filter((person) => findText(person, attribute) === undefined).length;
    if (without === people.length) throw new ProbeFailure(`nobody looked at has the attribute ${attribute}`, key);
    if (without > 0) warn(`${without} of ${people.length} people looked at have no ${attribute}: they cannot log in`);
  }
  return [`the user search finds people below ${users.baseDn}`];
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
