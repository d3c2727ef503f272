// A few clients that hold sockets: they send a byte a second, nothing at all, or never read what they asked for.
import { openSocket } from "./wire.mjs";

/** Requests end 30 s after their first byte, and the server looks every 10 s; the rest is for a busy machine. */
const requestBoundMs = 60_000;

/** A connection whose request was answered may wait 75 s for the next one. */
const idleBoundMs = 105_000;

const deafRequests = "GET /dex/.well-known/openid-configuration HTTP/1.1\r\nHost: x\r\n\r\n".repeat(500);
const kinds = {
  head: { first: "GET /dex/auth?x=", drop: "y" },
  body: {
    first:
      "POST /dex/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
    drop: "a",
  },
  chunks: {
    first:
      "POST /dex/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
    drop: "1\r\na\r\n",
  },
  silent: { first: "", drop: "" },
  // Node.js drops what is wrong behind a request for an upgrade: the time-out must end it.
  upgrade: {
    first:
      "GET /dex/keys HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nGET /dex/keys?\u00e9 HTTP/1.1\r\nHost: x\r\n\r\n",
    drop: "",
    boundMs: idleBoundMs,
  },
};

/** Keeps `count` slow sockets of each kind open, one after the other, until it is stopped. */
export function keepSlowSockets(port, count) {
  const closed = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, 0]));
  const failures = [];
  const open = new Set();
  let isStopped = false;

  async function keep(kind) {
    while (!isStopped) {
      const { boundMs = requestBoundMs } = kinds[kind];
      const outcome = await dribble(port, kinds[kind], boundMs, open);
      if (outcome === "held") failures.push(`a slow socket (${kind}) was held for ${boundMs / 1_000} s`);
      if (outcome === "closed") closed[kind] += 1;
    }
  }
  const work = Object.keys(kinds).flatMap((kind) => Array.from({ length: count }, () => keep(kind)));
  const deaf = Array.from({ length: count }, () => stayDeaf(port, open, () => isStopped));
  return {
    async stop() {
      isStopped = true;
      // A short run waits for the first round: without it nothing is known.
      const mayEnd = () => Object.values(closed).every((times) => count === 0 || times > 0) || failures.length > 0;
      const timer = setInterval(() => {
        if (mayEnd()) for (const socket of open) socket.destroy();
      }, 200);
      await Promise.all([...work, ...deaf]);
      clearInterval(timer);
      return { closed, failures };
    },
  };
}

/** Resolves with `closed` when the server has ended it, `held` when it did not in time, `left` when we did. */
function dribble(port, { first, drop }, boundMs, open) {
  return new Promise((resolve) => {
    const socket = openSocket(port);
    open.add(socket);
    let isHeld = false;
    let isEndedByServer = false;
    socket.write(first, "latin1");
    const drops = setInterval(() => socket.write(drop), 1_000);
    const timer = setTimeout(() => {
      isHeld = true;
      socket.destroy();
    }, boundMs);
    socket.resume();
    socket.on("end", () => {
      isEndedByServer = true;
    });
    socket.on("error", () => {
      isEndedByServer = true;
    });
    socket.on("close", () => {
      clearInterval(drops);
      clearTimeout(timer);
      open.delete(socket);
      resolve(isHeld ? "held" : isEndedByServer ? "closed" : "left");
    });
  });
}

/** Asks five hundred times and reads nothing for ten seconds; again and again. */
async function stayDeaf(port, open, isStopped) {
  while (!isStopped()) {
    await new Promise((resolve) => {
      const socket = openSocket(port);
      open.add(socket);
      socket.pause();
      socket.write(deafRequests);
      const timer = setTimeout(() => socket.destroy(), 10_000);
      socket.on("close", () => {
        clearTimeout(timer);
        open.delete(socket);
        resolve();
      });
    });
  }
}
