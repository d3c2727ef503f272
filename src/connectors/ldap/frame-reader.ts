import { BerError, findElementEnd } from "./ber.js";

/** One entry with all that was asked for is small; groups with a hundred thousand members are not asked for them. */
const maxFrameBytes = 8 * 1024 * 1024;
const sequenceTag = 0x30;

export interface FrameReader {
  /** Takes what has arrived, and gives the messages that are whole now. Rejects what can be none. */
  push(chunk: Buffer): readonly Buffer[];
  /** Bytes of a message that has only begun. */
  pendingBytes(): number;
}

/** Cuts a stream of bytes into LDAP messages, at a cost that does not grow with the number of pieces they come in. */
export function createFrameReader(): FrameReader {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = 0;

  function push(chunk: Buffer): readonly Buffer[] {
    chunks.push(chunk);
    size += chunk.length;
    if (size < needed) return [];
    const frames: Buffer[] = [];
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      const end = requireEnd(rest);
      needed = end ?? 0;
      if (end === undefined || end > rest.length) break;
      frames.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    chunks = rest.length === 0 ? [] : [rest];
    size = rest.length;
    return frames;
  }

  return { push, pendingBytes: () => size };
}

function requireEnd(bytes: Buffer): number | undefined {
  if (bytes.length > 0 && bytes[0] !== sequenceTag) throw new BerError("no LDAP");
  const end = findElementEnd(bytes);
  if (end !== undefined && end > maxFrameBytes) throw new BerError(`a message of more than ${maxFrameBytes} bytes`);
  return end;
}
