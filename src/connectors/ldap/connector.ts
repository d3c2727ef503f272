import { randomBytes } from "node:crypto";
import type {
  Connector,
  ConnectorContext,
  LoginResult,
  NegotiateInput,
  NegotiateResult,
  PasswordInput,
  RefreshInput,
  RefreshResult,
  WantedScopes,
} from "../port.js";
import type { LdapOptions } from "./config.js";
import { type Directory, openDirectory } from "./directory.js";
import { listValues } from "./entry.js";
import { OperationRefused } from "./failures.js";
import { findGroups } from "./find-groups.js";
import { findById, findByUsername, hasPermanentId } from "./find-user.js";
import type { Acceptor } from "./kerberos/acceptor.js";
import { negotiate } from "./kerberos/negotiate.js";
import { probeTickets } from "./kerberos/probe.js";
import type { KerberosSettings } from "./kerberos/settings.js";
import type { LdapEntry, LdapResult } from "./messages.js";
import { probe } from "./probe.js";
import { IncompleteEntry, readIdentity } from "./read-identity.js";
import { findAccountProblem, resultCodes } from "./result-codes.js";
import { compileSettings, type LdapSettings } from "./settings.js";
import { formatStoredLogin, parseStoredLogin, type StoredLogin } from "./stored-login.js";

/** Longer than any name or password, and short enough to be copied a few times. In bytes. */
const maxInputBytes = 4_096;
/** A refresh has 24 s before its caller stops waiting. */
const longestTurnMs = 20_000;

interface Ldap {
  readonly settings: LdapSettings;
  readonly directory: Directory;
  readonly context: ConnectorContext;
  /** How long a whole login or refresh may take. */
  readonly turnMs: number;
}

/** How people log in by a ticket: `kerberos` of the options. */
export interface TicketLogin {
  readonly settings: KerberosSettings;
  readonly acceptor: Acceptor;
}

/** People of an LDAP directory. Closing it closes the acceptor of `tickets` as well. */
export function createLdap(options: LdapOptions, context: ConnectorContext, tickets?: TicketLogin): Connector {
  const settings = compileSettings(options, context.http);
  const { timeoutMs } = context.http;
  const directory = openDirectory({ settings, clock: context.clock, timeoutMs });
  // Places of their own: a flood of logins must not keep those waiting who are logged in.
  const forRefreshes = openDirectory({ settings, clock: context.clock, timeoutMs });
  const ldap = { settings, directory, context, turnMs: Math.min(timeoutMs * 2, longestTurnMs) };
  warnOfSettings(options, context);
  return {
    login: {
      kind: "password",
      ...(options.usernamePrompt !== undefined && { usernameLabel: options.usernamePrompt }),
      check: (input) => (tickets?.settings.fallbackToPassword === false ? refusePassword() : check(ldap, input)),
    },
    refresh: (input) => refresh({ ...ldap, directory: forRefreshes }, input),
    ...(tickets !== undefined && { negotiate: (input) => logInByTicket(ldap, tickets, input) }),
    probe: async () => [
      ...(await probe({ settings, directory, clock: context.clock, timeoutMs, warn: context.warn })),
      ...(tickets === undefined ? [] : await probeTickets(tickets)),
    ],
    async close() {
      tickets?.acceptor.close();
      directory.close();
      forRefreshes.close();
    },
  };
}

function warnOfSettings(options: LdapOptions, { warn }: ConnectorContext): void {
  const { clientCert, clientKey, userSearch } = options;
  if (options.insecureNoSSL) warn("insecureNoSSL: passwords cross the network to the directory in the clear");
  else if (options.insecureSkipVerify) warn("insecureSkipVerify: anybody on the way can be the directory");
  if ((clientCert === undefined) !== (clientKey === undefined))
    warn("clientCert and clientKey have no effect without each other");
  if (userSearch.emailSuffix !== undefined && userSearch.nameAttr === undefined)
    warn("emailSuffix without nameAttr: everybody has the e-mail address @ and the suffix");
}

/** Whoever has chosen tickets alone wants no way around them. */
function refusePassword(): Promise<LoginResult> {
  return Promise.resolve({ outcome: "denied", detail: "kerberos without fallbackToPassword: passwords are not taken" });
}

async function check(ldap: Ldap, { username, password, scopes }: PasswordInput): Promise<LoginResult> {
  // A server takes a name with an empty password for an anonymous bind and says yes (RFC 4513 section 5.1.2).
  if (username === "" || password === "" || isTooLong(username) || isTooLong(password))
    return { outcome: "bad-credentials" };
  const signal = AbortSignal.timeout(ldap.turnMs);
  const entry = await findByUsername(ldap.directory, ldap.settings.users, username, signal);
  if (entry === undefined) {
    await bindAsNobody(ldap, signal);
    return { outcome: "bad-credentials" };
  }
  if (!judgeBind(ldap, await ldap.directory.bindAs(entry.dn, password, signal))) return { outcome: "bad-credentials" };
  return letIn(ldap, { username, entry, scopes, signal });
}

interface Arrival {
  readonly username: string;
  readonly entry: LdapEntry;
  readonly scopes: WantedScopes;
  readonly signal: AbortSignal;
}

/** Somebody whose entry lacks something is turned away: it is not the directory that has failed. */
async function letIn(ldap: Ldap, arrival: Arrival): Promise<Exclude<LoginResult, { outcome: "bad-credentials" }>> {
  const { username, entry, scopes, signal } = arrival;
  try {
    const identity = readIdentity(ldap.settings, entry, await listGroups(ldap, entry, scopes, signal));
    return { outcome: "ok", identity, connectorData: formatStoredLogin(username, entry) };
  } catch (error) {
    if (error instanceof IncompleteEntry) return { outcome: "denied", detail: error.message };
    throw error;
  }
}

/** The ticket has proved who it is: the directory is asked for the entry alone. */
async function logInByTicket(
  ldap: Ldap,
  { settings, acceptor }: TicketLogin,
  input: NegotiateInput,
): Promise<NegotiateResult> {
  const negotiated = await negotiate(settings, (token) => acceptor.judge(token), input);
  if ("answer" in negotiated) return negotiated.answer;
  const { username, reply } = negotiated;
  const signal = AbortSignal.timeout(ldap.turnMs);
  const entry = await findByUsername(ldap.directory, ldap.settings.users, username, signal);
  if (entry === undefined || !isCalled(entry, ldap.settings.users, username))
    return turnAway(settings, "the directory has nobody of the name in the ticket");
  const result = await letIn(ldap, { username, entry, scopes: input.scopes, signal });
  return { ...result, ...(reply !== undefined && { reply }) };
}

/**
 * Whether the entry has just this name, but for case. A directory also finds those that it takes for the same (blanks at the
 * end, wide letters, soft hyphens): to a KDC they are different people.
 */
function isCalled(entry: LdapEntry, { usernameAttributes }: LdapSettings["users"], username: string): boolean {
  const names = usernameAttributes.flatMap((name) => listValues(entry, name.split(":")[0] ?? name));
  return names.some((name) => lowerAscii(name.toString("utf8")) === lowerAscii(username));
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Whoever is somebody else at their computer may still type a name and password, where that is allowed. */
function turnAway({ fallbackToPassword }: KerberosSettings, detail: string): NegotiateResult {
  return fallbackToPassword ? { outcome: "form", rejected: detail } : { outcome: "denied", detail };
}

function isTooLong(text: string): boolean {
  return Buffer.byteLength(text) > maxInputBytes;
}

/**
 * The same work as for a person who exists, so that the time of an answer does not tell who does. With a password of our
 * own: the one that was typed may be somebody's, beside a slip in the name. Whatever comes of it lets nobody in.
 */
async function bindAsNobody({ directory, settings }: Ldap, signal: AbortSignal): Promise<void> {
  await directory.bindAs(`cn=nobody,${settings.users.baseDn}`, randomBytes(12).toString("base64url"), signal);
}

/** What a wrong password, and an account that may not log in, are answered with. */
const refusals: ReadonlySet<number> = new Set([
  resultCodes.invalidCredentials,
  resultCodes.constraintViolation,
  resultCodes.inappropriateAuthentication,
  resultCodes.unwillingToPerform,
  resultCodes.noSuchObject,
]);

/** Whether the bind let the person in. Rejects where the answer is about the server and not about the password. */
function judgeBind({ context }: Ldap, { code, diagnostic }: LdapResult): boolean {
  if (code === resultCodes.success) return true;
  if (!refusals.has(code)) throw new OperationRefused("the bind of a person", code);
  const problem = findAccountProblem(code, diagnostic);
  if (problem !== undefined) context.warn(`the directory refused a person's bind: ${problem}`);
  return false;
}

async function listGroups(
  { settings, directory }: Ldap,
  entry: LdapEntry,
  scopes: WantedScopes,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!scopes.groups || settings.groups === undefined) return [];
  return findGroups(directory, settings.groups, entry, signal);
}

/** An entry that was read and lacks something is an answer: what was read before must not go on for it. */
async function refresh(ldap: Ldap, input: RefreshInput): Promise<RefreshResult> {
  try {
    return await readAgain(ldap, input);
  } catch (error) {
    if (error instanceof IncompleteEntry) return { outcome: "unusable", detail: error.message };
    throw error;
  }
}

async function readAgain(ldap: Ldap, { scopes, identity, connectorData }: RefreshInput): Promise<RefreshResult> {
  const stored = parseStoredLogin(connectorData);
  if (stored === undefined) return { outcome: "denied", detail: "nothing is stored by which to find the person again" };
  const signal = AbortSignal.timeout(ldap.turnMs);
  const entry = await findAgain(ldap, stored, identity.userId, signal);
  if (entry === undefined) return { outcome: "denied", detail: "the directory no longer has the person" };
  const current = readIdentity(ldap.settings, entry, await listGroups(ldap, entry, scopes, signal));
  if (current.userId !== identity.userId) return { outcome: "denied", detail: "the entry has another id now" };
  return { outcome: "ok", identity: current, connectorData: formatStoredLogin(stored.username, entry) };
}

/**
 * The entry of a person who logged in before: that of the same user name, if it is the same entry (as Dex), or where ids
 * are permanent the one with this id, which may have been moved or renamed. The filter of the settings must still match.
 */
async function findAgain(
  { directory, settings: { users } }: Ldap,
  stored: StoredLogin,
  userId: string,
  signal: AbortSignal,
): Promise<LdapEntry | undefined> {
  const entry = await findByUsername(directory, users, stored.username, signal);
  const isSame = entry !== undefined && entry.dn.toLowerCase() === stored.dn.toLowerCase();
  if (isSame || !hasPermanentId(users)) return isSame ? entry : undefined;
  return findById(directory, users, userId, signal);
}
