import { Secret } from "../../src/platform/secret.js";
import { type SealingKeys, sealingKeysKind } from "../../src/records/sealing-keys.js";
import { type SigningKeys, signingKeysKind } from "../../src/records/signing-keys.js";
import type { Collection } from "../../src/storage/collection.js";
import { createCollection } from "../../src/storage/create-collection.js";
import type { StorageDriver } from "../../src/storage/driver.js";
import { openMemory } from "../../src/storage/drivers/memory/driver.js";
import { createSealingCodec } from "../../src/storage/sealing-codec.js";

/** Signing keys over a driver, by default one of their own in memory, sealed with an encryption key. */
export function createSigningCollection(driver: StorageDriver = openMemory()): Collection<SigningKeys> {
  return createCollection(driver, signingKeysKind, createCodec());
}

/** Sealing keys likewise. */
export function createSealingCollection(driver: StorageDriver = openMemory()): Collection<SealingKeys> {
  return createCollection(driver, sealingKeysKind, createCodec());
}

function createCodec(): ReturnType<typeof createSealingCodec> {
  return createSealingCodec([new Secret(Buffer.alloc(32, 7).toString("base64"))]);
}
