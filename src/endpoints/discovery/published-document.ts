import { sha256 } from "../../platform/hashing.js";

/** A document that is served as it is, built once per change. */
export interface PublishedDocument {
  readonly body: Buffer;
  /** Quoted, as it stands in the header. */
  readonly etag: string;
  readonly maxAgeSeconds: number;
}

/** Keeps the bytes of a document ready and builds them anew only when `fingerprint` changes. */
export function createPublishedDocument(
  fingerprint: () => string,
  build: () => unknown,
  maxAgeSeconds: number,
): () => PublishedDocument {
  let made: { readonly for: string; readonly document: PublishedDocument } | undefined;
  return () => {
    const current = fingerprint();
    if (made?.for === current) return made.document;
    const text = JSON.stringify(build());
    const document = { body: Buffer.from(text), etag: `"${sha256(text).slice(0, 22)}"`, maxAgeSeconds };
    made = { for: current, document };
    return document;
  };
}
