import type { CatalogueEntry } from "../../src/connectors/catalogue.js";
import type { FormPostStart } from "../../src/connectors/port.js";
import type { Clock } from "../../src/platform/clock.js";
import type { HttpSettings } from "../../src/platform/http-client.js";
import type { Identity } from "../../src/records/identity.js";

/** How one place of an upstream (an endpoint, a server) can fail. `stands/http-faults.ts` has them for HTTP. */
export const faults = ["slow", "status-500", "wrong-content-type", "bad-json", "huge-body", "down"] as const;
export type Fault = (typeof faults)[number];

/** The place that is every place: the whole upstream fails. */
export const everywhere = "*";

/** What a stand's upstream does from now on. */
export type Behaviour =
  | { readonly kind: "well" }
  /** It turns the person away at login. */
  | { readonly kind: "denied" }
  /** Whatever it tells of the person, the id is not in it. */
  | { readonly kind: "id-missing" }
  /** It no longer takes what it gave at login, or no longer knows the person. */
  | { readonly kind: "revoked" }
  /** One of the stand's places, or `everywhere`. */
  | { readonly kind: Fault; readonly place: string };

/** The parts of the contract that a type may leave out, with the reason. */
export type ContractCase =
  | Fault
  | "denied"
  | "id-missing"
  | "group-refused"
  /** An answer that nobody's login made. */
  | "nonsense"
  | "wrong-password"
  /** A refresh finds what has changed about the person. */
  | "changes"
  | "revoked"
  /** The upstream's credential works once. */
  | "rotation"
  /** `probe` finds an upstream that is down. */
  | "probe";

/** A person at the upstream. Not every type tells all of it: see `ConnectorStand.identityOf`. */
export interface StandPerson {
  /** Digits, so that it is an id everywhere. */
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly groups: readonly string[];
}

export interface StandInput {
  /** The connector sees this clock. It jumps between login and refresh unless the stand is in `realTime`. */
  readonly clock: Clock;
  /** Where the upstream sends people back to: registered there. */
  readonly callbackUrl: string;
}

export interface SettingsInput {
  /** Only people in the group `crew` may come in. */
  readonly restricted: boolean;
}

/** How a login goes at this upstream, in the place of a browser and a person. */
export type LoginWay =
  /** Goes to the URL as a browser would, signs in as the current person, and says what the callback would be given. */
  | { readonly kind: "redirect"; readonly visit: (url: string) => Promise<ReadonlyMap<string, string>> }
  | { readonly kind: "formPost"; readonly visit: (start: FormPostStart) => Promise<ReadonlyMap<string, string>> }
  | { readonly kind: "password"; readonly credentials: () => { readonly username: string; readonly password: string } }
  | { readonly kind: "header"; readonly headers: () => ReadonlyMap<string, string>; readonly peer: string };

export interface RunningStand {
  /** `connectors[].config` as it would stand in the file, with everything on that the type can do (refresh, groups). */
  settings(input: SettingsInput): object | Promise<object>;
  /** `connectors[].http`, where the defaults don't reach the upstream. */
  readonly http?: Partial<HttpSettings>;
  readonly way: LoginWay;
  /** Who signs in next, and whom a refresh finds. */
  setPerson(person: StandPerson): void | Promise<void>;
  setBehaviour(behaviour: Behaviour): void | Promise<void>;
  stop(): Promise<void>;
}

/**
 * What the contract needs of one type of connector: a simulator or a real server that can be made to behave badly. To
 * add a type, write `stands/TYPE.ts` and put it into the list of `stands/stands.ts`:
 *
 *     export const exampleStand: ConnectorStand = {
 *       type: "example",
 *       places: ["token", "user"],
 *       identityOf: ({ id, name }) => ({ userId: id, username: name, preferredUsername: "", ... }),
 *       skips: { rotation: "Example's refresh tokens never change" },
 *       start: async ({ clock, callbackUrl }) => {
 *         const upstream = await startHttpUpstream();
 *         let behaviour: Behaviour = { kind: "well" };
 *         upstream.answer(({ url }) => findFault(behaviour, placeOf(url)) ?? answerWell(...));
 *         return { settings: ..., way: { kind: "redirect", visit: visitByGet }, setPerson: ..., setBehaviour: ..., stop: upstream.close };
 *       },
 *     };
 *
 * `stands/oauth2-simulator.ts` is a whole one. Every case of the contract runs unless `skips` says why it can't apply.
 */
export interface ConnectorStand {
  /** As in `connectors[].type`. */
  readonly type: string;
  /** A type that only tests know. */
  readonly connectorType?: CatalogueEntry;
  /** Where the upstream is asked during a login: each place fails in each way once. */
  readonly places: readonly string[];
  /** The same during a refresh, where it differs. None: a refresh asks nobody. */
  readonly refreshPlaces?: readonly string[];
  /** Who the person is, to the letter, when all scopes are asked for. */
  readonly identityOf: (person: StandPerson) => Identity;
  readonly skips: Readonly<Partial<Record<ContractCase, string>>>;
  /** The upstream has a clock of its own, so the connector's must not jump. */
  readonly realTime?: boolean;
  /** Texts that no message may hold: client secrets, passwords, tokens. */
  readonly secrets: readonly string[];
  /** In the place of vitest's `describe`, where a program may be missing (`describeWith` of support/parts.ts). */
  readonly describe?: (title: string, body: () => void) => void;
  start(input: StandInput): Promise<RunningStand>;
}

/** A stand whose upstream can't fail, because there is none. */
export const noUpstream = {
  slow: "no upstream is asked",
  "status-500": "no upstream is asked",
  "wrong-content-type": "no upstream is asked",
  "bad-json": "no upstream is asked",
  "huge-body": "no upstream is asked",
  down: "no upstream is asked",
  rotation: "no upstream gives a credential",
  probe: "no upstream is asked",
} as const;
