import { isSameText, sha256 } from "../../platform/hashing.js";
import type { Connector } from "../port.js";
import { kilgore } from "../shared/invented-person.js";
import type { MockPasswordOptions } from "./config.js";

/** One invented person behind the user name and password of the config. For trying things out only. */
export function openMockPassword(options: MockPasswordOptions): Connector {
  const expected = sha256(JSON.stringify([options.username, options.password.reveal()]));
  return {
    login: {
      kind: "password",
      check: ({ username, password }) =>
        Promise.resolve(
          isSameText(sha256(JSON.stringify([username, password])), expected)
            ? { outcome: "ok", identity: kilgore, connectorData: '{"test": "true"}' }
            : { outcome: "bad-credentials" },
        ),
    },
    refresh: ({ identity }) => Promise.resolve({ outcome: "ok", identity }),
  };
}
