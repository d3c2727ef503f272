import type { Socket } from "node:net";
import { BindRequest, ExtendedRequest, type Filter, SearchRequest, UnbindRequest } from "ldapts";
import { ServerUnavailable } from "./failures.js";
import { createFrameReader } from "./frame-reader.js";
import {
  answerTags,
  type LdapEntry,
  type LdapMessage,
  type LdapResult,
  parseEntry,
  parseMessage,
  parseResult,
} from "./messages.js";

export interface SearchInput {
  readonly baseDn: string;
  readonly scope: "base" | "one" | "sub";
  readonly filter: Filter;
  /** Empty: the server is asked for none. */
  readonly attributes: readonly string[];
  /** Entries after which the server stops and says so; 0: its own limit alone. */
  readonly sizeLimit: number;
}

export interface SearchAnswer {
  readonly result: LdapResult;
  /** Those that came before the result, whatever it is. References to other servers are left out: never followed. */
  readonly entries: readonly LdapEntry[];
}

/**
 * A connection to one server, for one operation at a time. Rejects with `ServerUnavailable` when the server goes away, is
 * too slow (`signal`), or talks nonsense; the connection is closed then. A result that is no success is an answer.
 */
export interface LdapConnection {
  bind(dn: string, password: string, signal: AbortSignal): Promise<LdapResult>;
  search(input: SearchInput, signal: AbortSignal): Promise<SearchAnswer>;
  extended(oid: string, signal: AbortSignal): Promise<LdapResult>;
  /** Gives the socket back, for TLS to begin on it. Rejects when the server has already said more. */
  detach(): Socket;
  isOpen(): boolean;
  close(): void;
}

interface Pending {
  readonly id: number;
  /** The operation with which the answer ends. */
  readonly finalTag: number;
  readonly entries: LdapEntry[];
  receivedBytes: number;
  settle(answer: SearchAnswer): void;
  reject(error: Error): void;
}

/** What one search may bring: a directory that never ends must not fill our memory. */
const maxAnswerBytes = 8 * 1024 * 1024;
const searchTimeLimitSeconds = 30;

/** Speaks LDAP over an open socket. `name` is the server's, for messages. */
export function createConnection(socket: Socket, name: string): LdapConnection {
  const frames = createFrameReader();
  let lastId = 0;
  let pending: Pending | undefined;
  let closedBy: Error | undefined;

  function fail(reason: string, cause?: unknown): void {
    closedBy ??= new ServerUnavailable(`${name} ${reason}`, cause);
    socket.destroy();
    const waiting = pending;
    pending = undefined;
    waiting?.reject(closedBy);
  }

  function onData(chunk: Buffer): void {
    try {
      for (const frame of frames.push(chunk)) receive(frame);
    } catch (error) {
      fail(`talks nonsense: ${error instanceof Error ? error.message : String(error)}`, error);
    }
  }

  function receive(frame: Buffer): void {
    const message = parseMessage(frame);
    const waiting = pending;
    const oddity = findOddity(waiting, message);
    if (waiting === undefined || oddity !== undefined) {
      fail(oddity ?? "answers what was not asked");
      return;
    }
    waiting.receivedBytes += frame.length;
    if (waiting.receivedBytes > maxAnswerBytes) fail(`answers with more than ${maxAnswerBytes} bytes`);
    else if (message.tag === answerTags.entry) waiting.entries.push(parseEntry(message.content));
    else if (message.tag === waiting.finalTag) {
      const result = parseResult(message.content);
      pending = undefined;
      waiting.settle({ result, entries: waiting.entries });
    }
  }

  const onClose = (): void => fail("closed the connection");
  const onError = (error: Error): void => fail(`is gone: ${error.message}`, error);
  socket.on("data", onData).on("error", onError).on("close", onClose);

  function send(write: (messageId: number) => Buffer, finalTag: number, signal: AbortSignal): Promise<SearchAnswer> {
    if (closedBy !== undefined) return Promise.reject(closedBy);
    if (pending !== undefined) return Promise.reject(new Error("a connection does one thing at a time"));
    const onAbort = (): void => fail("did not answer in time");
    const answer = new Promise<SearchAnswer>((settle, reject) => {
      lastId += 1;
      pending = { id: lastId, finalTag, entries: [], receivedBytes: 0, settle, reject };
      signal.addEventListener("abort", onAbort, { once: true });
      if (signal.aborted) onAbort();
      else socket.write(write(lastId));
    });
    return answer.finally(() => signal.removeEventListener("abort", onAbort));
  }

  return {
    async bind(dn, password, signal) {
      const write = (messageId: number): Buffer => new BindRequest({ messageId, dn, password }).write();
      return (await send(write, answerTags.bind, signal)).result;
    },
    async extended(oid, signal) {
      const write = (messageId: number): Buffer => new ExtendedRequest({ messageId, oid }).write();
      return (await send(write, answerTags.extended, signal)).result;
    },
    search: (input, signal) => send((messageId) => writeSearch(messageId, input), answerTags.searchDone, signal),
    detach() {
      // Whoever sits between could put words here that TLS is then taken to have protected.
      if (frames.pendingBytes() > 0) fail("said more before TLS began");
      if (closedBy !== undefined) throw closedBy;
      closedBy = new ServerUnavailable(`${name} speaks TLS now`);
      // The listener for errors stays: without one an error would end the process.
      socket.off("data", onData).off("close", onClose);
      return socket;
    },
    isOpen: () => closedBy === undefined,
    close() {
      if (closedBy !== undefined) return;
      closedBy = new ServerUnavailable(`the connection to ${name} was closed`);
      socket.write(new UnbindRequest({ messageId: lastId + 1 }).write());
      socket.destroySoon();
    },
  };
}

/** Why a message cannot be part of the answer that is waited for. Undefined: it is. */
function findOddity(waiting: Pending | undefined, { id, tag }: LdapMessage): string | undefined {
  if (id === 0) return "ends the connection";
  if (id !== waiting?.id) return "answers what was not asked";
  const isPart = tag === answerTags.entry || tag === answerTags.reference;
  if (tag === waiting.finalTag || (isPart && waiting.finalTag === answerTags.searchDone)) return undefined;
  return "answers with another operation";
}

function writeSearch(messageId: number, { baseDn, scope, filter, attributes, sizeLimit }: SearchInput): Buffer {
  return new SearchRequest({
    messageId,
    baseDN: baseDn,
    scope,
    filter,
    // An empty list would ask for everything; `1.1` asks for nothing (RFC 4511 section 4.5.1.8).
    attributes: attributes.length === 0 ? ["1.1"] : [...attributes],
    derefAliases: "never",
    sizeLimit,
    timeLimit: searchTimeLimitSeconds,
  }).write();
}
