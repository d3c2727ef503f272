import { type SealingKeys, sealingKeysKind } from "../../src/records/sealing-keys.js";
import { type SigningKeys, signingKeysKind } from "../../src/records/signing-keys.js";
import type { Collection } from "../../src/storage/collection.js";
import { createMemoryCollection } from "./memory-collection.js";

export function createSigningCollection(): Collection<SigningKeys> {
  return createMemoryCollection(signingKeysKind);
}

export function createSealingCollection(): Collection<SealingKeys> {
  return createMemoryCollection(sealingKeysKind);
}
