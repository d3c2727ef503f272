import type { StorageConfig } from "../config/config.js";
import type { Clock } from "../platform/clock.js";
import { grantKind } from "../records/grant.js";
import { loginKind } from "../records/login.js";
import { revokedAccessTokenKind } from "../records/revoked-access-token.js";
import { sealingKeysKind } from "../records/sealing-keys.js";
import { signingKeysKind } from "../records/signing-keys.js";
import { upstreamGrantKind } from "../records/upstream-grant.js";
import { createCollection } from "../storage/create-collection.js";
import { openStorage } from "../storage/open-storage.js";
import { createSealingCodec } from "../storage/sealing-codec.js";
import type { Metrics } from "../telemetry/metrics/port.js";
import { timeDriver } from "./timed-driver.js";

/** The store with every collection that the server keeps in it. */
export async function openStores(config: StorageConfig, clock: Clock, metrics?: Metrics) {
  const opened = await openStorage(config, metrics);
  const driver = metrics === undefined ? opened : timeDriver(opened, metrics.written);
  const codec = createSealingCodec(config.encryptionKeys);
  return {
    driver,
    grants: createCollection(driver, grantKind, codec, { clock }),
    upstreams: createCollection(driver, upstreamGrantKind, codec, { clock }),
    revokedAccessTokens: createCollection(driver, revokedAccessTokenKind, codec, { clock }),
    logins: createCollection(driver, loginKind, codec, { clock }),
    signingKeys: createCollection(driver, signingKeysKind, codec, { clock }),
    sealingKeys: createCollection(driver, sealingKeysKind, codec, { clock }),
  };
}

export type Stores = Awaited<ReturnType<typeof openStores>>;
