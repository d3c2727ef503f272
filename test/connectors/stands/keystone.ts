import { startKeystoneSimulator } from "../keystone/simulator.js";
import type { Behaviour, ConnectorStand, RunningStand, StandPerson } from "../stand.js";
import { failHttp } from "./http-faults.js";

const password = "password-of-the-stand";

export const keystoneStand: ConnectorStand = {
  type: "keystone",
  places: ["tokens", "user", "groups"],
  identityOf: ({ id, login, email, groups }) => ({
    ...{ userId: id, username: login, preferredUsername: "", email, groups },
    emailVerified: true,
  }),
  skips: {
    denied: "Keystone answers 401 for every reason: whoever may not come in has typed a wrong password",
    "group-refused": "it has no list of allowed groups",
    rotation: "Keystone gives no credential that is kept",
  },
  // With the beginning of all tokens.
  secrets: ["admin password", password, "gAAAAA"],
  start: startStand,
};

async function startStand(): Promise<RunningStand> {
  const keystone = await startKeystoneSimulator();
  let behaviour: Behaviour = { kind: "well" };
  let current: StandPerson | undefined;
  keystone.fail = ({ url }, response) => failHttp(behaviour, placeOf(url), response);
  const tell = async (): Promise<void> => {
    if (current === undefined) return;
    const { id, login: name, email, groups } = current;
    const user = { id, name, email, password, domainId: keystone.defaultDomainId, enabled: true };
    keystone.putUser({ ...user, hidesId: behaviour.kind === "id-missing" }, groups);
    if (behaviour.kind === "revoked") await keystone.deleteUser(id);
  };
  return {
    settings: () => ({
      keystoneHost: keystone.url,
      domain: keystone.defaultDomainId,
      keystoneUsername: keystone.admin.name,
      keystonePassword: keystone.admin.password,
    }),
    way: { kind: "password", credentials: () => ({ username: current?.login ?? "", password }) },
    setPerson: (person) => {
      current = person;
      return tell();
    },
    setBehaviour: (next) => {
      behaviour = next;
      return tell();
    },
    stop: keystone.close,
  };
}

function placeOf({ pathname }: URL): string {
  if (pathname === "/v3/auth/tokens") return "tokens";
  return /^\/v3\/users\/[^/]+$/.test(pathname) ? "user" : /^\/v3\/users\/[^/]+\/groups$/.test(pathname) ? "groups" : "";
}
