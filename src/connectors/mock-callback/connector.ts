import type { Identity } from "../../records/identity.js";
import type { Connector } from "../port.js";

/** Dex's invented person, byte for byte, so that `sub` values of test stands stay the same. */
const kilgore: Identity = {
  userId: "0-385-28089-0",
  username: "Kilgore Trout",
  preferredUsername: "",
  email: "kilgore@kilgore.trout",
  emailVerified: true,
  groups: ["authors"],
};

/** Logs everybody in as the same person without asking. For trying things out only. */
export function openMockCallback(): Connector {
  return {
    login: {
      kind: "redirect",
      stateLimit: 1_500,
      start: ({ callbackUrl, state }) => Promise.resolve({ url: `${callbackUrl}?state=${encodeURIComponent(state)}` }),
      finish: () => Promise.resolve({ outcome: "ok", identity: kilgore, connectorData: "foobar" }),
    },
    refresh: () => Promise.resolve({ outcome: "ok", identity: kilgore }),
  };
}
