import { createBoundedQueue } from "../../platform/bounded-queue.js";
import type { Clock } from "../../platform/clock.js";
import type { LdapConnection, SearchInput } from "./connection.js";
import { createConnectionPool, maxWaiting, type ServiceConnection } from "./connection-pool.js";
import { type Dialled, dial } from "./dial.js";
import { OperationRefused, ServerUnavailable } from "./failures.js";
import type { LdapEntry, LdapResult } from "./messages.js";
import { describeCode, resultCodes } from "./result-codes.js";
import { createServerList, type LdapServer } from "./servers.js";
import type { LdapSettings } from "./settings.js";
import { untilAborted, within } from "./time-limit.js";

/** The directory, whichever of its servers answers. */
export interface Directory {
  /**
   * The entries that a search finds, all of them. Asked again on a fresh connection, at another server if need be, when
   * the first one breaks. Rejects with `OperationRefused`, `ServerUnavailable` or `QueueFullError`.
   */
  search(input: SearchInput, signal: AbortSignal): Promise<readonly LdapEntry[]>;
  /**
   * Binds as this entry, on a connection for this alone. Never tried twice: a server that goes away may have counted a
   * wrong password already, and the second one would lock the account.
   */
  bindAs(dn: string, password: string, signal: AbortSignal): Promise<LdapResult>;
  /** Opens a connection to one server and logs in on it as the service account does. */
  openService(server: LdapServer, signal: AbortSignal): Promise<Dialled>;
  close(): void;
}

export interface DirectoryOptions {
  readonly settings: LdapSettings;
  readonly clock: Clock;
  /** How long one operation may take. */
  readonly timeoutMs: number;
}

/** A server that is not there must not eat up the time in which another one could have answered. */
const longestDialMs = 4_000;

export function openDirectory({ settings, clock, timeoutMs }: DirectoryOptions): Directory {
  const servers = createServerList(settings.servers, clock);
  const checks = createBoundedQueue({ atOnce: settings.maxConnections, waiting: maxWaiting });
  const dialMs = Math.min(longestDialMs, timeoutMs);
  const pool = createConnectionPool({
    maxConnections: settings.maxConnections,
    open: (signal) => openAny(signal, async (server) => (await openService(server, signal)).connection),
    reportBroken: servers.markDown,
  });

  async function openService(server: LdapServer, signal: AbortSignal): Promise<Dialled> {
    const dialled = await dial(server, settings, within(signal, dialMs));
    const { dn, password } = settings.account ?? { dn: "", password: undefined };
    const result = await dialled.connection.bind(dn, password?.reveal() ?? "", within(signal, timeoutMs));
    if (result.code === resultCodes.success) return dialled;
    dialled.connection.close();
    throw judgeServiceBind(server, dn, result);
  }

  /** The first server that answers. One that answers and refuses ends it: the others would refuse as well. */
  async function openAny(
    signal: AbortSignal,
    open: (server: LdapServer) => Promise<LdapConnection>,
  ): Promise<ServiceConnection> {
    const reasons: string[] = [];
    for (const server of servers.order()) {
      try {
        const connection = await open(server);
        servers.markUp(server);
        return { server, connection };
      } catch (error) {
        if (!(error instanceof ServerUnavailable)) throw error;
        if (!signal.aborted) servers.markDown(server);
        reasons.push(error.message);
      }
    }
    throw new ServerUnavailable(`no server of the directory can be used: ${reasons.join("; ")}`);
  }

  async function search(input: SearchInput, signal: AbortSignal): Promise<readonly LdapEntry[]> {
    return pool.use(async (connection) => {
      const { result, entries } = await connection.search(input, within(signal, timeoutMs));
      if (result.code === resultCodes.busy || result.code === resultCodes.unavailable)
        throw new ServerUnavailable(`the directory is ${describeCode(result.code)}`);
      // The caller's own limit is an answer; the server's would leave out what nobody knows.
      const isOwnLimit = result.code === resultCodes.sizeLimitExceeded && entries.length >= input.sizeLimit;
      if (result.code === resultCodes.success || (isOwnLimit && input.sizeLimit > 0)) return entries;
      throw new OperationRefused("a search", result.code);
    }, signal);
  }

  async function bindAs(dn: string, password: string, signal: AbortSignal): Promise<LdapResult> {
    const check = async (): Promise<LdapResult> => {
      const { connection } = await openAny(signal, async (server) => {
        return (await dial(server, settings, within(signal, dialMs))).connection;
      });
      try {
        return await connection.bind(dn, password, within(signal, timeoutMs));
      } finally {
        connection.close();
      }
    };
    const tooLate = (): Error => new ServerUnavailable("the directory did not answer in time");
    return untilAborted(checks.run(check), signal, tooLate);
  }

  return { search, bindAs, openService, close: pool.close };
}

function judgeServiceBind(server: LdapServer, dn: string, { code }: LdapResult): Error {
  if (code === resultCodes.busy || code === resultCodes.unavailable)
    return new ServerUnavailable(`${server.name} is ${describeCode(code)}`);
  return new OperationRefused(dn === "" ? "an anonymous bind" : "the bind of bindDN", code);
}
