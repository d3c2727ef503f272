import * as tls from "node:tls";
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from "undici";

/** How one connector talks to its upstream. */
export interface HttpSettings {
  /** The whole exchange, connecting and body included. */
  readonly timeoutMs: number;
  /** PEM certificates that are trusted besides those of the system. */
  readonly ca: readonly string[];
  /** False: any certificate will do. For trying things out only. */
  readonly verifyCertificates: boolean;
  readonly proxy: ProxySettings;
}

/** As the variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; empty: none. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  readonly exceptions: string;
}

export interface HttpRequest {
  readonly method?: "GET" | "POST";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** False: an answer that redirects is handed back as it is. Otherwise GETs follow, within the origin. */
  readonly followRedirects?: boolean;
}

export interface HttpResponse {
  readonly status: number;
  /** By lower-case name; of a repeated one the first. */
  readonly header: (name: string) => string | undefined;
  readonly text: string;
  /** Where the answer came from, after redirects. */
  readonly url: string;
}

export interface HttpClient {
  /** Any status is an answer. Rejects with `HttpError` where there is none. */
  send(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}

export type HttpFailure = "timeout" | "network" | "too-large" | "redirect";

/** There was no usable answer. The message names the host and never holds a query, which may carry secrets. */
export class HttpError extends Error {
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HttpError";
    this.failure = failure;
  }
}

/** Upstream answers are small; what is longer is a mistake or an attack. */
const maxBodyBytes = 8 * 1024 * 1024;
const maxRedirects = 5;
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Opens the one way by which connectors talk to HTTP upstreams. */
export function openHttpClient(settings: HttpSettings): HttpClient {
  const dispatcher = createDispatcher(settings);

  async function send(input: HttpRequest): Promise<HttpResponse> {
    // One deadline for all hops: an upstream that redirects slowly is slow all the same.
    const signal = AbortSignal.timeout(settings.timeoutMs);
    let url = requireUrl(input.url);
    for (let hop = 0; ; hop++) {
      const { location, ...response } = await exchange(dispatcher, input, url, signal);
      const isFollowed = location !== undefined && (input.method ?? "GET") === "GET" && input.followRedirects !== false;
      if (!isFollowed) return response;
      url = requireNext(url, location, hop);
    }
  }

  return { send, close: () => dispatcher.close() };
}

function createDispatcher({ ca, verifyCertificates, proxy, timeoutMs }: HttpSettings): Dispatcher {
  const trust = {
    rejectUnauthorized: verifyCertificates,
    ...(ca.length > 0 && { ca: [...listSystemCertificates(), ...ca] }),
  };
  const options = {
    connect: { ...trust, timeout: Math.min(10_000, timeoutMs) },
    requestTls: trust,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 30_000,
  };
  if (proxy.http === "" && proxy.https === "") return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy.http,
    httpsProxy: proxy.https || proxy.http,
    noProxy: proxy.exceptions,
  });
}

/** With `NODE_EXTRA_CA_CERTS` and the system's store where this Node.js can tell them (22.15 and newer). */
export function listSystemCertificates(): readonly string[] {
  const list: unknown = Reflect.get(tls, "getCACertificates");
  const told: unknown = typeof list === "function" ? list("default") : undefined;
  return Array.isArray(told) ? told.map(String) : tls.rootCertificates;
}

interface Exchanged extends HttpResponse {
  readonly location: string | undefined;
}

async function exchange(
  dispatcher: Dispatcher,
  { method = "GET", headers, body }: HttpRequest,
  url: URL,
  signal: AbortSignal,
): Promise<Exchanged> {
  try {
    const answer = await request(url, {
      dispatcher,
      method,
      signal,
      headers: { "user-agent": "latchkey", "accept-encoding": "identity", ...headers },
      ...(body !== undefined && { body }),
    });
    const header = (name: string): string | undefined => {
      const value = answer.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    const { statusCode: status } = answer;
    const location = redirectStatuses.has(status) ? header("location") : undefined;
    return { status, header, text: await readBody(answer.body, url), url: url.href, location };
  } catch (error) {
    throw describeFailure(error, url, signal);
  }
}

async function readBody(body: AsyncIterable<Buffer> & { destroy(): unknown }, url: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBodyBytes) {
      body.destroy();
      throw new HttpError("too-large", `${url.host} answered with more than ${maxBodyBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function requireUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") throw new HttpError("network", "not an http(s) URL");
  return url;
}

/** Never to another host: the request may carry a token that is meant for this one alone. */
function requireNext(from: URL, location: string, hop: number): URL {
  const next = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (next === undefined) throw new HttpError("redirect", `${from.host} redirects to no URL`);
  if (next.origin !== from.origin)
    throw new HttpError("redirect", `${from.host} redirects to ${next.host}: not followed`);
  if (hop >= maxRedirects) throw new HttpError("redirect", `${from.host} redirects without end`);
  return next;
}

function describeFailure(error: unknown, url: URL, signal: AbortSignal): HttpError {
  if (error instanceof HttpError) return error;
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  const isTimeout =
    signal.aborted || (typeof code === "string" && /^UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT$/.test(code));
  if (isTimeout) return new HttpError("timeout", `${url.host} did not answer in time`, error);
  const reason = error instanceof Error ? error.message || String(code) : String(error);
  return new HttpError("network", `${url.host} could not be reached: ${reason}`, error);
}
