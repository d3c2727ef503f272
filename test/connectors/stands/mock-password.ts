import { type ConnectorStand, noUpstream } from "../stand.js";

const password = "mock-password-of-the-stand";

export const mockPasswordStand: ConnectorStand = {
  type: "mockPassword",
  places: [],
  identityOf: () => ({
    userId: "0-385-28089-0",
    username: "Kilgore Trout",
    preferredUsername: "",
    email: "kilgore@kilgore.trout",
    emailVerified: true,
    groups: [],
  }),
  skips: {
    ...noUpstream,
    denied: "whoever knows the password is let in",
    "id-missing": "the person is part of the code",
    "group-refused": "it has no groups",
    changes: "the person is part of the code",
    revoked: "the person is part of the code",
  },
  secrets: [password],
  start: async () => ({
    settings: () => ({ username: "casey", password }),
    way: { kind: "password", credentials: () => ({ username: "casey", password }) },
    setPerson: () => undefined,
    setBehaviour: () => undefined,
    stop: () => Promise.resolve(),
  }),
};
