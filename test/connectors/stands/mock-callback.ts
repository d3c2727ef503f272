import { type ConnectorStand, noUpstream } from "../stand.js";

export const mockCallbackStand: ConnectorStand = {
  type: "mockCallback",
  places: [],
  // One invented person, whoever signs in.
  identityOf: () => ({
    userId: "0-385-28089-0",
    username: "Kilgore Trout",
    preferredUsername: "",
    email: "kilgore@kilgore.trout",
    emailVerified: true,
    groups: ["authors"],
  }),
  skips: {
    ...noUpstream,
    denied: "everybody is let in",
    "id-missing": "the person is part of the code",
    "group-refused": "it has no settings",
    nonsense: "every answer is as good as another: that is what it is for",
    changes: "the person is part of the code",
    revoked: "the person is part of the code",
  },
  secrets: [],
  start: async () => ({
    settings: () => ({}),
    // It sends the browser straight back: nobody else is visited.
    way: { kind: "redirect", visit: async (url) => new Map(new URL(url).searchParams) },
    setPerson: () => undefined,
    setBehaviour: () => undefined,
    stop: () => Promise.resolve(),
  }),
};
