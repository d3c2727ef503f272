import { type Behaviour, type ConnectorStand, noUpstream, type StandPerson } from "../stand.js";

const proxy = "127.0.0.1";

/** What the proxy writes. nginx and Apache themselves: `test/connectors/authproxy.test.ts`. */
export const authproxyStand: ConnectorStand = {
  type: "authproxy",
  places: [],
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: login, preferredUsername: name, email, groups },
    emailVerified: true,
  }),
  skips: {
    ...noUpstream,
    "group-refused": "it has no list of allowed groups: whom the proxy lets through may come in",
    changes: "the proxy tells of a person at their login alone, so there is no refresh",
    revoked: "the proxy tells of a person at their login alone, so there is no refresh",
  },
  secrets: [],
  start: async () => {
    let behaviour: Behaviour = { kind: "well" };
    let current: StandPerson | undefined;
    return {
      settings: () => ({ trustedProxies: [proxy] }),
      way: { kind: "header", peer: proxy, headers: () => writeHeaders(behaviour, current) },
      setPerson: (person) => {
        current = person;
      },
      setBehaviour: (next) => {
        behaviour = next;
      },
      stop: () => Promise.resolve(),
    };
  },
};

function writeHeaders({ kind }: Behaviour, person: StandPerson | undefined): ReadonlyMap<string, string> {
  // A proxy that is to let everybody through to some pages sends on whom it does not know, without a word of them.
  if (person === undefined || kind === "denied") return new Map();
  const { id, login, name, email, groups } = person;
  return new Map([
    ["x-remote-user-name", name],
    ["x-remote-user-email", email],
    ["x-remote-group", groups.join(",")],
    // The user stands in for an id that does not come, as in Dex: only without both there is none.
    ...(kind === "id-missing" ? [] : [["x-remote-user", login] as const, ["x-remote-user-id", id] as const]),
  ]);
}
