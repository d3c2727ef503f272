import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** One request as an upstream of a test received it. */
export interface ReceivedRequest {
  readonly method: string;
  /** With the query. */
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body read as a form. */
  readonly form: URLSearchParams;
}

export interface UpstreamReply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body?: string | object;
}

export type UpstreamHandler = (
  request: ReceivedRequest,
  response: ServerResponse,
) => UpstreamReply | undefined | Promise<UpstreamReply | undefined>;

/** What is answered in the place of everything else; a `reply` of undefined: nothing ever will be. */
export type Interference = { readonly reply: UpstreamReply | undefined } | undefined;

export interface HttpUpstream {
  /** `http://127.0.0.1:PORT`, or `https`. */
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Hosts to which a tunnel was asked for (`CONNECT`); every one is refused. */
  readonly tunnels: readonly string[];
  /** Answers by this from now on. Undefined from a handler: it has answered itself, or never will. */
  answer(handler: UpstreamHandler): void;
  /** Asked before every answer, whoever gives it. */
  interfere(ask: (request: ReceivedRequest, response: ServerResponse) => Interference): void;
  close(): Promise<void>;
}

/** In PEM. */
export interface UpstreamTls {
  readonly key: string;
  readonly cert: string;
}

/** A real HTTP server on loopback that stands in for an upstream that is out of reach; HTTPS with `tls`. */
export async function startHttpUpstream(
  handler: UpstreamHandler = () => ({ status: 404 }),
  tls?: UpstreamTls,
): Promise<HttpUpstream> {
  let current = handler;
  let findInterference: Parameters<HttpUpstream["interfere"]>[0] = () => undefined;
  const requests: ReceivedRequest[] = [];
  const tunnels: string[] = [];
  const server: Server = tls === undefined ? createServer(receive) : createTlsServer({ ...tls }, receive);

  function receive(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8");
      const received = {
        method: request.method ?? "",
        url: new URL(request.url ?? "/", base),
        headers: request.headers,
        body,
        form: new URLSearchParams(body),
      };
      requests.push(received);
      void respond(received, response);
    });
  }

  server.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });

  async function respond(received: ReceivedRequest, response: ServerResponse): Promise<void> {
    const interference = findInterference(received, response);
    const reply = interference === undefined ? await current(received, response) : interference.reply;
    if (reply === undefined) return;
    const { status = 200, headers = {}, body = "" } = reply;
    const isJson = typeof body === "object";
    response.writeHead(status, { ...(isJson && { "content-type": "application/json" }), ...headers });
    response.end(isJson ? JSON.stringify(body) : body);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const base = `${tls === undefined ? "http" : "https"}://127.0.0.1:${portOf(server)}`;
  return {
    url: base,
    requests,
    tunnels,
    answer: (next) => {
      current = next;
    },
    interfere: (ask) => {
      findInterference = ask;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return address.port;
}
