import type { Identity } from "../../records/identity.js";
import type { Connector } from "../port.js";
import { kilgore } from "../shared/invented-person.js";

const author: Identity = { ...kilgore, groups: ["authors"] };

/** Logs everybody in as the same person without asking. For trying things out only. */
export function openMockCallback(): Connector {
  return {
    login: {
      kind: "redirect",
      stateLimit: 1_500,
      start: ({ callbackUrl, state }) => Promise.resolve({ url: `${callbackUrl}?state=${encodeURIComponent(state)}` }),
      finish: () => Promise.resolve({ outcome: "ok", identity: author, connectorData: "foobar" }),
    },
    refresh: () => Promise.resolve({ outcome: "ok", identity: author }),
  };
}
