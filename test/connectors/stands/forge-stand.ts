import { type Forge, type ForgeSettings, forgeClient } from "../../support/forge-simulator.js";
import type { ReceivedRequest } from "../../support/http-upstream.js";
import type { Behaviour, ConnectorStand, RunningStand, StandInput, StandPerson } from "../stand.js";
import { failHttp, visitByGet } from "./http-faults.js";

export interface ForgeStandOptions<P extends object> {
  readonly type: string;
  readonly start: (settings: ForgeSettings) => Promise<Forge<P>>;
  /** Path to the name of the place. */
  readonly places: Readonly<Record<string, string>>;
  readonly settings: (url: string, restricted: boolean) => object;
  readonly personOf: (person: StandPerson) => Partial<P>;
  /** What takes the id out of the person. */
  readonly idMissing: object;
  readonly identityOf: ConnectorStand["identityOf"];
  readonly skips?: ConnectorStand["skips"];
}

/** The stand of a type whose upstream is one of the simulated forges. */
export function createForgeStand<P extends object>(options: ForgeStandOptions<P>): ConnectorStand {
  const { type, places, identityOf, skips = {} } = options;
  return {
    type,
    places: Object.values(places),
    identityOf,
    skips,
    secrets: [forgeClient.clientSecret, "access-", "refresh-"],
    start: (input) => startForgeStand(options, input),
  };
}

async function startForgeStand<P extends object>(
  options: ForgeStandOptions<P>,
  { clock, callbackUrl }: StandInput,
): Promise<RunningStand> {
  const forge = await options.start({ clock, redirectUri: callbackUrl });
  let behaviour: Behaviour = { kind: "well" };
  let known: Partial<P> = {};
  const placeOf = ({ url }: ReceivedRequest): string => options.places[url.pathname] ?? "";
  forge.fail = (request, response) => failHttp(behaviour, placeOf(request), response);
  return {
    settings: ({ restricted }) => ({
      ...forgeClient,
      redirectURI: callbackUrl,
      ...options.settings(forge.url, restricted),
    }),
    way: { kind: "redirect", visit: visitByGet },
    setPerson: (person) => {
      known = options.personOf(person);
      Object.assign(forge.person, known);
    },
    setBehaviour: (next) => {
      behaviour = next;
      forge.consents = next.kind !== "denied";
      Object.assign(forge.person, next.kind === "id-missing" ? options.idMissing : known);
      if (next.kind === "revoked") forge.authority.revoke(forge.person);
    },
    stop: forge.close,
  };
}
