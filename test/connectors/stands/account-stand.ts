import type { HttpUpstream } from "../../support/http-upstream.js";
import type { AuthorizationServer } from "../authorization-server.js";
import type { Behaviour, ConnectorStand, RunningStand, StandInput, StandPerson } from "../stand.js";
import { failByPath, visitByGet } from "./http-faults.js";

/** What the simulators on `authorization-server.ts` have in common. */
export interface AccountSimulator {
  readonly url: string;
  readonly upstream: HttpUpstream;
  readonly login: AuthorizationServer;
  close(): Promise<void>;
}

export interface AccountStandOptions<S extends AccountSimulator> {
  readonly type: string;
  readonly client: { readonly id: string; readonly secret: string };
  readonly start: () => Promise<S>;
  /** Path to the name of the place. */
  readonly places: Readonly<Record<string, string>>;
  readonly refreshPlaces?: readonly string[];
  readonly settings: (url: string, restricted: boolean) => object;
  /** Puts the person there, under their login; with no id where `hasId` is false. */
  readonly know: (simulator: S, person: StandPerson, hasId: boolean) => void;
  readonly identityOf: ConnectorStand["identityOf"];
  readonly skips?: ConnectorStand["skips"];
}

/** The stand of a type whose upstream has OAuth 2.0, and an API that tells who a token is for. */
export function createAccountStand<S extends AccountSimulator>(options: AccountStandOptions<S>): ConnectorStand {
  const { type, client, places, refreshPlaces, identityOf, skips = {} } = options;
  return {
    type,
    places: Object.values(places),
    ...(refreshPlaces !== undefined && { refreshPlaces }),
    identityOf,
    skips,
    secrets: [client.secret, "access-", "refresh-"],
    start: (input) => startAccountStand(options, input),
  };
}

async function startAccountStand<S extends AccountSimulator>(
  options: AccountStandOptions<S>,
  { callbackUrl }: StandInput,
): Promise<RunningStand> {
  const { client } = options;
  const simulator = await options.start();
  const { login } = simulator;
  let behaviour: Behaviour = { kind: "well" };
  let person: StandPerson | undefined;
  failByPath(simulator.upstream, options.places, () => behaviour);

  function update(): void {
    if (person === undefined) return;
    options.know(simulator, person, behaviour.kind !== "id-missing");
    login.person = behaviour.kind === "denied" ? undefined : person.login;
  }

  return {
    settings: ({ restricted }) => ({
      clientID: client.id,
      clientSecret: client.secret,
      redirectURI: callbackUrl,
      ...options.settings(simulator.url, restricted),
    }),
    way: { kind: "redirect", visit: visitByGet },
    setPerson: (next) => {
      person = next;
      update();
    },
    setBehaviour: (next) => {
      behaviour = next;
      if (next.kind === "revoked") login.revokeAll();
      update();
    },
    stop: () => simulator.close(),
  };
}
