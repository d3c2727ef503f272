import { application, type CrowdPerson, crowdApiPath, startCrowdSimulator } from "../atlassian-crowd/simulator.js";
import type { Behaviour, ConnectorStand, RunningStand, StandPerson } from "../stand.js";
import { failHttp } from "./http-faults.js";

const password = "password-of-the-stand";

const places: Readonly<Record<string, string>> = {
  [`${crowdApiPath}/session`]: "session",
  [`${crowdApiPath}/user`]: "user",
  [`${crowdApiPath}/user/group/nested`]: "groups",
};

export const atlassianCrowdStand: ConnectorStand = {
  type: "atlassian-crowd",
  places: Object.values(places),
  identityOf: ({ id, login, email, groups }) => ({
    ...{ userId: id, username: login, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
  skips: { rotation: "Crowd gives no credential that is kept" },
  secrets: [application.password, password],
  start: startStand,
};

async function startStand(): Promise<RunningStand> {
  const crowd = await startCrowdSimulator();
  let behaviour: Behaviour = { kind: "well" };
  let current: StandPerson | undefined;
  crowd.fail = ({ url }, response) => failHttp(behaviour, places[url.pathname] ?? "", response);
  const tell = (): void => {
    crowd.people = current === undefined || behaviour.kind === "revoked" ? [] : [personOf(current, behaviour)];
  };
  return {
    settings: ({ restricted }) => ({
      baseURL: crowd.url,
      clientID: application.name,
      clientSecret: application.password,
      preferredUsernameField: "name",
      ...(restricted && { groups: ["crew"] }),
    }),
    way: { kind: "password", credentials: () => ({ username: current?.login ?? "", password }) },
    setPerson: (person) => {
      current = person;
      tell();
    },
    setBehaviour: (next) => {
      behaviour = next;
      tell();
    },
    stop: crowd.close,
  };
}

function personOf({ id, login, email, groups }: StandPerson, { kind }: Behaviour): CrowdPerson {
  return {
    name: login,
    ...(kind !== "id-missing" && { key: id }),
    password,
    email,
    groups,
    keptOut: kind === "denied",
  };
}
