import { createServer, type Server, type Socket } from "node:net";
import { BerWriter } from "ldapts";
import { createFrameReader } from "../../../src/connectors/ldap/frame-reader.js";
import { parseMessage } from "../../../src/connectors/ldap/messages.js";
import { findFreePort } from "../../support/test-server.js";

/** One request, as far as an answer needs to know it. */
export interface FakeRequest {
  readonly id: number;
  readonly operation: "bind" | "search" | "other";
  /** How many of this operation came so far, over all connections; the first is 1. */
  readonly turn: number;
  /** All bytes of it. */
  readonly bytes: Buffer;
}

export interface FakeDirectory {
  readonly port: number;
  readonly requests: readonly FakeRequest[];
  close(): Promise<void>;
}

const operations: ReadonlyMap<number, FakeRequest["operation"]> = new Map([
  [0x60, "bind"],
  [0x63, "search"],
]);

/** A server that says what a test wants it to say, also what no real one would. */
export async function startFakeDirectory(answer: (request: FakeRequest) => readonly Buffer[]): Promise<FakeDirectory> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    const frames = createFrameReader();
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      for (const bytes of frames.push(chunk)) {
        const { id, tag } = parseMessage(bytes);
        const operation = operations.get(tag) ?? "other";
        const turn = 1 + requests.filter((request) => request.operation === operation).length;
        const request = { id, operation, turn, bytes };
        requests.push(request);
        socket.write(Buffer.concat(operation === "other" ? [] : answer(request)));
      }
    });
  });
  const port = await findFreePort();
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  return {
    port,
    requests,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** The result that ends an operation (RFC 4511 section 4.1.9). */
export function result(
  { id, operation }: Pick<FakeRequest, "id" | "operation">,
  code: number,
  diagnostic = "",
): Buffer {
  return message(id, operation === "bind" ? 0x61 : 0x65, (writer) => {
    writer.writeEnumeration(code);
    writer.writeString("");
    writer.writeString(diagnostic);
  });
}

/** One entry that a search has found. */
export function found({ id }: FakeRequest, dn: string, attributes: Readonly<Record<string, string>>): Buffer {
  return message(id, 0x64, (writer) => {
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, value] of Object.entries(attributes)) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      writer.writeString(value);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
  });
}

function message(id: number, tag: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(tag);
  write(writer);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}
