import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { createConnection, type LdapConnection } from "./connection.js";
import { OperationRefused, ServerUnavailable } from "./failures.js";
import { resultCodes } from "./result-codes.js";
import type { LdapServer, Security } from "./servers.js";

export interface DialSettings {
  readonly security: Security;
  readonly tls: ConnectionOptions;
}

export interface Dialled {
  readonly connection: LdapConnection;
  /** The server's certificate, where TLS is spoken. */
  readonly certificate: ReturnType<TLSSocket["getPeerCertificate"]> | undefined;
}

const startTlsOid = "1.3.6.1.4.1.1466.20037";

/**
 * Opens a connection to one server; nobody has logged in on it. Rejects with `ServerUnavailable` when there is none, or
 * none that can be trusted, before the signal says that it took too long.
 */
export async function dial(server: LdapServer, settings: DialSettings, signal: AbortSignal): Promise<Dialled> {
  if (settings.security === "plain") {
    const socket = await openTcp(server, signal);
    return { connection: createConnection(socket, server.name), certificate: undefined };
  }
  const socket = settings.security === "starttls" ? await startTls(server, signal) : undefined;
  const secured = await openTls(server, settings.tls, socket, signal);
  return { connection: createConnection(secured, server.name), certificate: secured.getPeerCertificate() };
}

function openTcp({ host, port, name }: LdapServer, signal: AbortSignal): Promise<Socket> {
  return settled(connectTcp({ host, port, noDelay: true, keepAlive: true }), "connect", name, signal);
}

/** Never goes on in the clear: a server that does not want TLS is one that cannot be used (RFC 4511 section 4.14). */
async function startTls(server: LdapServer, signal: AbortSignal): Promise<Socket> {
  const connection = createConnection(await openTcp(server, signal), server.name);
  const { code } = await connection.extended(startTlsOid, signal);
  if (code === resultCodes.success) return connection.detach();
  connection.close();
  const refusal = new OperationRefused("StartTLS", code);
  throw new ServerUnavailable(`${server.name}: ${refusal.message}`, refusal);
}

function openTls(
  { host, port, name }: LdapServer,
  options: ConnectionOptions,
  socket: Socket | undefined,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const target = socket === undefined ? { host, port } : { host, socket };
  // An address is no server name (RFC 6066 section 3); it is checked against the certificate all the same.
  const secured = connectTls({ ...options, ...target, ...(isIP(host) === 0 && { servername: host }) });
  return settled(secured.setNoDelay(true), "secureConnect", name, signal);
}

function settled<T extends Socket>(socket: T, event: string, name: string, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    function finish(error?: ServerUnavailable): void {
      signal.removeEventListener("abort", onAbort);
      socket.off(event, onOpen).off("close", onClose);
      // The listener for errors stays where it failed: one more may come from a socket that is being destroyed.
      if (error === undefined) {
        socket.off("error", onError);
        resolve(socket);
      } else {
        socket.destroy();
        reject(error);
      }
    }
    const onOpen = (): void => finish();
    const onAbort = (): void => finish(new ServerUnavailable(`${name} could not be reached in time`));
    const onClose = (): void => finish(new ServerUnavailable(`${name} closed the connection`));
    const onError = (error: Error): void =>
      finish(new ServerUnavailable(`${name} ${describe(error, event === "secureConnect")}`, error));
    socket.on(event, onOpen).on("error", onError).on("close", onClose);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

/** Codes of OpenSSL for a certificate that leads to no authority we know. */
const untrusted = /^(UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)|(SELF|DEPTH_ZERO_SELF)_SIGNED_CERT)/;

/** Of a host with several addresses each failure is told: the error that gathers them says nothing. */
function describe(error: Error, isTls: boolean): string {
  const code: unknown = Reflect.get(error, "code");
  const said =
    error instanceof AggregateError
      ? error.errors.map((each) => String(each?.message ?? each)).join(", ")
      : error.message;
  if (isTls && typeof code === "string") {
    if (untrusted.test(code)) return `has a certificate of an authority that is not trusted (see rootCA): ${said}`;
    if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return `has a certificate for another name: ${said}`;
    if (code === "ECONNRESET" || code === "EPROTO" || code.startsWith("ERR_SSL_"))
      return `does not seem to speak TLS there (see startTLS and insecureNoSSL): ${said}`;
  }
  return `could not be reached: ${said}`;
}
