import { decodePair, encodePair } from "../platform/encoding.js";

/**
 * The `sub` claim, byte for byte as Dex makes it: base64url of protobuf `{1: user id, 2: connector id}`.
 * `{2342749, github}` gives `CgcyMzQyNzQ5EgZnaXRodWI`.
 */
export function createSubject(userId: string, connectorId: string): string {
  return encodePair({ first: userId, second: connectorId });
}

/** The inverse; undefined for text that is no such subject. */
export function parseSubject(subject: string): { readonly userId: string; readonly connectorId: string } | undefined {
  const pair = decodePair(subject);
  return pair === undefined ? undefined : { userId: pair.first, connectorId: pair.second };
}
