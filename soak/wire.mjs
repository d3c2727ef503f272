// HTTP/1.1 by hand over one socket: what goes out is exactly the bytes given, well formed or not.
import { connect } from "node:net";

/** Addresses of the loopback net: each has its own range of ports, so closed sockets do not use them up. */
const localAddresses = Array.from({ length: 32 }, (_, index) => `127.0.0.${index + 1}`);
let opened = 0;

/** Long, because new connections wait under full load: Node.js accepts one of them per turn of its loop. */
const answerBoundMs = 30_000;

/**
 * Opens lazily, and again when the server has closed. `ask` resolves with the answer, with `{ closed: true }` where the
 * server closed without one, and with `{ late: true }` where nothing came within `boundMs`.
 */
export function createWire(port) {
  let socket;
  let received = Buffer.alloc(0);
  let waiting;

  function open() {
    received = Buffer.alloc(0);
    const fresh = openSocket(port);
    fresh.on("data", (chunk) => {
      if (socket !== fresh) return;
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      deliver(false);
    });
    fresh.on("close", () => {
      if (socket !== fresh) return;
      socket = undefined;
      deliver(true);
    });
    return fresh;
  }

  function deliver(isEnd) {
    if (waiting === undefined) return;
    const taken = takeAnswer(received, waiting.isHead, isEnd);
    if (taken === undefined && !isEnd) return;
    received = taken?.rest ?? Buffer.alloc(0);
    if (taken !== undefined && /^close$/i.test(taken.answer.headers.get("connection") ?? "")) drop();
    settle(taken?.answer ?? { closed: true });
  }

  function settle(answer) {
    const { resolve, timer } = waiting;
    waiting = undefined;
    clearTimeout(timer);
    resolve(answer);
  }

  function drop() {
    socket?.destroy();
    socket = undefined;
  }

  return {
    ask(bytes, { isHead = false, boundMs = answerBoundMs } = {}) {
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          drop();
          settle({ late: true });
        }, boundMs);
        waiting = { resolve, isHead, timer };
        socket ??= open();
        socket.write(bytes);
      });
    },
    close: drop,
  };
}

/**
 * Writes bytes to a socket of its own, closes its own half, and resolves with the heads of all answers that came until the
 * server closed. Bodies are left out: a page may well show what was sent.
 */
export function throwAt(port, bytes, boundMs = answerBoundMs) {
  return new Promise((resolve) => {
    const socket = openSocket(port);
    const chunks = [];
    const timer = setTimeout(() => {
      socket.destroy();
      resolve({ late: true });
    }, boundMs);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => {
      clearTimeout(timer);
      resolve({ answers: listHeads(Buffer.concat(chunks).toString("latin1")) });
    });
    socket.end(bytes);
  });
}

function listHeads(text) {
  const heads = text.matchAll(/HTTP\/1\.[01] (\d{3}) .*\r\n(?:.+\r\n)*\r\n/g);
  return [...heads].map(([head, status]) => ({ status: Number(status), head }));
}

/** Writes some bytes and is gone before any answer. */
export function abandon(port, bytes) {
  return new Promise((resolve) => {
    const socket = openSocket(port);
    socket.on("connect", () => socket.write(bytes, () => socket.resetAndDestroy()));
    socket.on("close", () => resolve({}));
  });
}

export function openSocket(port) {
  const socket = connect({ port, host: "127.0.0.1", localAddress: localAddresses[opened++ % localAddresses.length] });
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  return socket;
}

/** The first whole answer in `bytes`, or undefined where more is to come. Interim answers (1xx) are passed over. */
function takeAnswer(bytes, isHead, isEnd) {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const [first = "", ...lines] = bytes.latin1Slice(0, headEnd).split("\r\n");
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? 0);
  const rest = bytes.subarray(headEnd + 4);
  if (status >= 100 && status < 200) return takeAnswer(rest, isHead, isEnd);
  const headers = new Map();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers.set(name, headers.has(name) ? `${headers.get(name)}\n${value}` : value);
  }
  const body = takeBody(rest, headers, { hasNone: isHead || status === 204 || status === 304, isEnd });
  return body && { answer: { status, headers, body: body.text }, rest: body.rest };
}

function takeBody(bytes, headers, { hasNone, isEnd }) {
  if (hasNone) return { text: "", rest: bytes };
  const length = headers.get("content-length");
  if (length !== undefined) return cut(bytes, Number(length));
  if (headers.get("transfer-encoding") === "chunked") return takeChunks(bytes);
  return isEnd ? { text: bytes.toString(), rest: Buffer.alloc(0) } : undefined;
}

function takeChunks(bytes) {
  let text = "";
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(bytes.latin1Slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (bytes.length < end) return undefined;
    if (size === 0) return { text, rest: bytes.subarray(end) };
    text += bytes.toString("utf8", lineEnd + 2, end - 2);
    at = end;
  }
}

function cut(bytes, length) {
  if (bytes.length < length) return undefined;
  return { text: bytes.toString("utf8", 0, length), rest: bytes.subarray(length) };
}
