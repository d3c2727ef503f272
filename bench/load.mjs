// A closed-loop load generator over raw sockets: its own cost must not be what is measured. `connections` requests are
// always under way; each worker waits for its own answer before it asks again.
import { connect } from "node:net";

/** One keep-alive HTTP/1.1 connection. Reads answers that carry a Content-Length, which is all that is measured here. */
export class Connection {
  #socket;
  #received = Buffer.alloc(0);
  #waiting;

  constructor(port) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  /** Sends a whole request (head and body as one text) and resolves with its answer. */
  send(request) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(chunk) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = this.#received.latin1Slice(0, end);
    const status = Number(head.slice(9, 12));
    const length = Number(
      /^content-length: (\d+)/im.exec(head)?.[1] ?? (status === 303 || status === 302 ? 0 : Number.NaN),
    );
    if (Number.isNaN(length)) return this.#fail(new Error(`no Content-Length: ${head.slice(0, 300)}`));
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.utf8Slice(end + 4, end + 4 + length);
    this.#received = this.#received.subarray(end + 4 + length);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ status, head, body });
  }

  #fail(error) {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

export function get(path, headers = "") {
  return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`;
}

export function post(path, form, headers = "") {
  const body = new URLSearchParams(form).toString();
  return `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

export function basic(id, secret) {
  return `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}\r\n`;
}

/** The value of a header of an answer's head. */
export function header(head, name) {
  return new RegExp(`^${name}: (.*)$`, "im").exec(head)?.[1]?.trim();
}

export function requireOk(answer) {
  if (answer.status !== 200) throw new Error(`status ${answer.status}: ${answer.body.slice(0, 300)}`);
  return answer;
}

/**
 * Runs `work(connection, worker, round)` on every connection until `seconds` have passed or it returns false. Answers in
 * the first `warmSeconds` are not counted. Connections go round the ports.
 */
export async function runLoad({ ports, connections, seconds, warmSeconds = 0, work, onWarm }) {
  const latencies = [];
  const startedAt = performance.now();
  const countsFrom = startedAt + warmSeconds * 1_000;
  const endsAt = countsFrom + seconds * 1_000;
  let isWarm = warmSeconds === 0;
  let last = countsFrom;
  if (isWarm) await onWarm?.();
  async function runWorker(_, worker) {
    const connection = new Connection(ports[worker % ports.length]);
    try {
      for (let round = 0; performance.now() < endsAt; round++) {
        const from = performance.now();
        if ((await work(connection, worker, round)) === false) return;
        const to = performance.now();
        if (from >= countsFrom) {
          latencies.push(to - from);
          last = Math.max(last, to);
        } else if (to >= countsFrom && !isWarm) {
          isWarm = true;
          await onWarm?.();
        }
      }
    } finally {
      connection.close();
    }
  }
  await Promise.all(Array.from({ length: connections }, runWorker));
  latencies.sort((a, b) => a - b);
  return { latencies, wallSeconds: (last - countsFrom) / 1_000 };
}

/** `sorted` ascending. */
export function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
