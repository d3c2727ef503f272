import { type ConnectorStand, noUpstream, type StandPerson } from "../stand.js";

/** "password", bcrypt at cost 10. */
const hash = "$2a$10$snLQOmsZaZZJuG4atOzEjeO27mJUjdCXz3TVLNg1l7tZDvO/UPFBi";

export const localStand: ConnectorStand = {
  type: "local",
  places: [],
  identityOf: ({ id, name, login, email, groups }) => ({
    userId: id,
    username: name,
    preferredUsername: login,
    email,
    emailVerified: true,
    groups,
  }),
  skips: {
    ...noUpstream,
    denied: "whoever is in the list and knows the password is let in",
    "id-missing": "people without userID share the empty one, as with Dex; the configuration warns",
    "group-refused": "the list is its own restriction",
    changes: "the list is read at start",
    revoked: "the list is read at start; src/connectors/local/connector.test.ts takes people out of it",
  },
  secrets: [hash],
  start: async () => {
    let current: StandPerson | undefined;
    return {
      settings: () => ({ passwords: current === undefined ? [] : [entryOf(current)] }),
      way: { kind: "password", credentials: () => ({ username: current?.email ?? "", password: "password" }) },
      setPerson: (person) => {
        current = person;
      },
      setBehaviour: () => undefined,
      stop: () => Promise.resolve(),
    };
  },
};

function entryOf({ id, login, name, email, groups }: StandPerson) {
  return {
    email,
    emailClaim: email,
    hash,
    userId: id,
    username: name,
    preferredUsername: login,
    emailVerified: true,
    groups: [...groups],
  };
}
