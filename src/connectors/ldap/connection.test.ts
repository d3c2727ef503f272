import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createConnection, type LdapConnection } from "./connection.js";
import { dial } from "./dial.js";
import { ServerUnavailable } from "./failures.js";
import { present } from "./filter.js";
import { findServer } from "./servers.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const soon = (): AbortSignal => AbortSignal.timeout(2_000);

/** Answers of a server that knows no LDAP but has been told what to say. */
const bindOk = hex("300c 020101 6107 0a0100 0400 0400");
const searchDone = hex("300c 020101 6507 0a0100 0400 0400");
const small = hex("300a 020101 6405 0401 61 3000");
const startTlsOk = hex("300c 020101 7807 0a0100 0400 0400");

let server: Server | undefined;

afterEach(
  () => new Promise<void>((closed) => (server === undefined ? closed() : server.close(() => closed()).unref())),
);

/** A real server on loopback that answers whatever comes by this. */
async function startRaw(answer: (socket: Socket, received: Buffer) => void): Promise<number> {
  const raw = createServer((socket) => {
    socket.on("data", (received) => answer(socket, received)).on("error", () => socket.destroy());
  });
  server = raw;
  await new Promise<void>((listening) => raw.listen(0, "127.0.0.1", listening));
  const address = raw.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function open(answer: (socket: Socket, received: Buffer) => void): Promise<LdapConnection> {
  const socket = connect({ host: "127.0.0.1", port: await startRaw(answer) });
  await new Promise((connected) => socket.once("connect", connected));
  return createConnection(socket, "the server");
}

const say =
  (...answers: readonly Buffer[]) =>
  (socket: Socket): void =>
    void socket.write(Buffer.concat(answers));

const search = (connection: LdapConnection, signal = soon()): ReturnType<LdapConnection["search"]> =>
  connection.search({ baseDn: "", scope: "base", filter: present("a"), attributes: [], sizeLimit: 0 }, signal);

describe("a connection", () => {
  it("gives the result of a bind, and of the next one", async () => {
    let id = 0;
    const connection = await open((socket) => socket.write(hex(`300c 02010${++id} 6107 0a0131 0400 0400`)));
    expect(await connection.bind("cn=a", "p", soon())).toEqual({ code: 49, diagnostic: "" });
    expect(await connection.bind("cn=a", "p", soon())).toEqual({ code: 49, diagnostic: "" });
    connection.close();
  });

  it.each([
    ["an answer without a result code, which is no success", hex("3005 020101 6100"), "nonsense: tag 4 is missing"],
    ["a code without bytes", hex("300b 020101 6106 0a00 0400 0400"), "nonsense: an integer"],
    ["a search's end instead of a bind's", searchDone, "another operation"],
    ["an answer to something else", hex("300c 020107 6107 0a0100 0400 0400"), "what was not asked"],
    [
      "a notice of disconnection (RFC 4511 section 4.4.1)",
      hex("300c 020100 7807 0a0134 0400 0400"),
      "ends the connection",
    ],
    ["HTTP", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"), "nonsense: no LDAP"],
    ["a length of 2 GB", hex("3084 7fffffff 020101"), "nonsense: a message of more than"],
    ["a length that points backwards", hex("300b 020101 6184fffffffa 0400"), "nonsense: an element that is cut off"],
    ["an entry nobody asked for", small, "another operation"],
  ])("is closed when the server says %s", async (_, answer, reason) => {
    const connection = await open(say(answer));
    await expect(connection.bind("cn=a", "p", soon())).rejects.toThrow(reason);
    expect(connection.isOpen()).toBe(false);
    await expect(connection.bind("cn=a", "p", soon())).rejects.toBeInstanceOf(ServerUnavailable);
  });

  it("is closed when the server says something unasked between two operations", async () => {
    const connection = await open(say(bindOk, bindOk));
    await connection.bind("cn=a", "p", soon());
    await expect.poll(() => connection.isOpen()).toBe(false);
  });

  it("collects entries up to the end of a search, and leaves references out", async () => {
    const reference = hex("3009 020101 7304 0402 6c3a");
    const connection = await open(say(reference, small, reference, small, searchDone));
    expect(await search(connection)).toEqual({
      result: { code: 0, diagnostic: "" },
      entries: [
        { dn: "a", attributes: [] },
        { dn: "a", attributes: [] },
      ],
    });
    connection.close();
  });

  it("ends a search that never ends, by time and by size", async () => {
    const silent = await open(() => undefined);
    await expect(search(silent, AbortSignal.timeout(50))).rejects.toThrow("did not answer in time");
    const endless = await open((socket) => {
      const entry = [hex("3083 00c358 020101 6483 00c350 0483 00c349"), Buffer.alloc(49_993, 97), hex("3000")];
      const chunk = Buffer.concat(entry);
      const pour = (): void => {
        while (!socket.destroyed && socket.write(chunk));
        if (!socket.destroyed) socket.once("drain", pour);
      };
      pour();
    });
    await expect(search(endless, AbortSignal.timeout(20_000))).rejects.toThrow(/more than 8388608 bytes/);
  });

  it("takes a hundred thousand entries in one go without going deeper for each", async () => {
    const connection = await open(say(...Array.from({ length: 100_000 }, () => small), searchDone));
    expect((await search(connection, AbortSignal.timeout(20_000))).entries).toHaveLength(100_000);
    connection.close();
  });

  it("tells that it was closed on the way, or before", async () => {
    const connection = await open((socket) => socket.destroy());
    await expect(search(connection)).rejects.toThrow(/closed the connection|is gone/);
    await expect(search(connection)).rejects.toBeInstanceOf(ServerUnavailable);
  });
});

describe("StartTLS (RFC 4511 section 4.14)", () => {
  const dialRaw = async (answer: (socket: Socket, received: Buffer) => void): Promise<unknown> => {
    const target = findServer(`127.0.0.1:${await startRaw(answer)}`, "starttls");
    if (target === undefined) throw new Error("no server");
    return dial(target, { security: "starttls", tls: { rejectUnauthorized: false } }, soon());
  };

  it("is given up when bytes come behind the answer: they would be read as if TLS had protected them", async () => {
    await expect(dialRaw(say(startTlsOk, bindOk.subarray(0, 5)))).rejects.toThrow("said more before TLS began");
    await expect(dialRaw(say(startTlsOk, bindOk))).rejects.toBeInstanceOf(ServerUnavailable);
  });

  it("is given up when the server refuses, answers with something else, or says nothing", async () => {
    await expect(dialRaw(say(hex("300c 020101 7807 0a0102 0400 0400")))).rejects.toThrow("refuses StartTLS");
    await expect(dialRaw(say(bindOk))).rejects.toThrow("answers with another operation");
    await expect(dialRaw((socket) => socket.destroy())).rejects.toBeInstanceOf(ServerUnavailable);
    await expect(dialRaw(say(startTlsOk, Buffer.from("")))).rejects.toThrow(/in time|does not seem to speak TLS/);
  });

  it("sends nothing else before the answer", async () => {
    const received: Buffer[] = [];
    await dialRaw((socket, bytes) => {
      received.push(bytes);
      socket.destroy();
    }).catch(() => undefined);
    expect(Buffer.concat(received)).toEqual(
      Buffer.concat([hex("301d 020101 7718 8016"), Buffer.from("1.3.6.1.4.1.1466.20037")]),
    );
  });
});
