import type { Identity } from "../../records/identity.js";

/** Dex's invented person of the mock connectors, to the letter, so that `sub` values of test stands stay the same. */
export const kilgore: Identity = {
  userId: "0-385-28089-0",
  username: "Kilgore Trout",
  preferredUsername: "",
  email: "kilgore@kilgore.trout",
  emailVerified: true,
  groups: [],
};
