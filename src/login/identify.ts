import type { LoginResult } from "../connectors/port.js";
import { createSubject } from "../oidc/subject.js";
import type { Clock } from "../platform/clock.js";
import type { ReportEvent } from "../platform/events.js";
import { createId, type Random } from "../platform/random.js";
import { type Arrival, judgeArrival, type Login, type OpenLogin } from "../records/login.js";
import type { UpstreamGrant } from "../records/upstream-grant.js";
import type { Collection, Step } from "../storage/collection.js";
import { type Flow, loginKey } from "./flow.js";

export interface LoginStores {
  readonly logins: Collection<Login>;
  readonly upstreams: Collection<UpstreamGrant>;
}

export interface IdentifyOptions {
  readonly stores: LoginStores;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: ReportEvent;
}

export interface Arriving {
  readonly flow: Flow;
  readonly connectorId: string;
  readonly result: Extract<LoginResult, { outcome: "ok" }>;
  /** Hash of the upstream's answer. */
  readonly answer: string;
  /** Keep what the connector left, so that it can be asked again. */
  readonly keepUpstream: boolean;
}

/**
 * Writes down that a person has proved who they are in this flow. The insert is the gate through which a flow is used
 * once: a second answer continues, replaces, or comes too late (`finished`).
 */
export async function identify(options: IdentifyOptions, arriving: Arriving): Promise<"open" | "finished"> {
  const { stores } = options;
  const key = loginKey(arriving.flow);
  const stored = await stores.logins.find(key);
  const isRepeat = stored?.record.state === "open" && stored.record.answer === arriving.answer;
  if (isRepeat) return "open";
  if (stored?.record.state === "finished") return "finished";
  const login = await createLogin(options, arriving);
  if (await stores.logins.insert(key, login)) return done(options, arriving);
  const settled = await stores.logins.update<Settled>(key, (current) => settle(current, login));
  if (settled?.dropped !== undefined) await stores.upstreams.remove(settled.dropped);
  if (settled === undefined || settled.arrival === "too-late") return "finished";
  return settled.arrival === "replaces" ? done(options, arriving) : "open";
}

interface Settled {
  readonly arrival: Arrival["arrival"];
  /** Key of the upstream grant that nobody names any more. */
  readonly dropped: string | undefined;
}

function settle(current: Login, arriving: OpenLogin): Step<Login, Settled> {
  const { arrival } = judgeArrival(current, arriving);
  return arrival === "replaces"
    ? { put: arriving, result: { arrival, dropped: current.state === "open" ? current.upstream : undefined } }
    : { keep: true, result: { arrival, dropped: arriving.upstream } };
}

/** The upstream's credential is stored first: a crash between the two leaves a row that nobody names, swept with the flow. */
async function createLogin(options: IdentifyOptions, arriving: Arriving): Promise<OpenLogin> {
  const { flow, connectorId, result, answer } = arriving;
  const now = options.clock();
  const upstream = arriving.keepUpstream ? createId(options.random) : undefined;
  if (upstream !== undefined) {
    await options.stores.upstreams.insert(upstream, {
      connectorId,
      identity: result.identity,
      readAt: now,
      endsAt: flow.expiresAt,
      ...(result.connectorData !== undefined && { connectorData: result.connectorData }),
    });
  }
  return {
    state: "open",
    connectorId,
    identity: result.identity,
    answer,
    generation: createId(options.random),
    authenticatedAt: now,
    consented: false,
    endsAt: flow.expiresAt,
    ...(upstream !== undefined && { upstream }),
  };
}

function done(options: IdentifyOptions, { flow, connectorId, result }: Arriving): "open" {
  options.report({
    type: "login.succeeded",
    clientId: flow.request.clientId,
    connectorId,
    subject: createSubject(result.identity.userId, connectorId),
  });
  return "open";
}
