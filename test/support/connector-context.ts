import type { ConnectorContext } from "../../src/connectors/port.js";
import { createBoundedQueue } from "../../src/platform/bounded-queue.js";
import type { HttpSettings } from "../../src/platform/http-client.js";

/** No proxy, the system's certificates, and no patience that a test would notice. */
export const plainHttp: HttpSettings = {
  timeoutMs: 5_000,
  ca: [],
  verifyCertificates: true,
  proxy: { http: "", https: "", exceptions: "" },
};

/** What a connector is opened with; tests replace what they are about. */
export function createConnectorContext(parts: Partial<ConnectorContext> = {}): ConnectorContext {
  return {
    clock: () => 0,
    passwordQueue: createBoundedQueue({ atOnce: 2, waiting: 100 }),
    http: plainHttp,
    pause: () => Promise.resolve(),
    readFile: (path) => Promise.reject(new Error(`${path}: no file in this test`)),
    warn: () => undefined,
    ...parts,
  };
}
