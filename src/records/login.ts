import * as z from "zod";
import { Identity } from "./identity.js";
import type { RecordKind } from "./kind.js";

/** A person has proved who they are in this flow; consent or the code may still be missing. */
const OpenLogin = z.object({
  state: z.literal("open"),
  connectorId: z.string(),
  identity: Identity,
  /** Key of the upstream grant, where there is one. */
  upstream: z.string().optional(),
  /** Hash of the upstream's answer, so that the same answer again is known as such. */
  answer: z.string(),
  /** Changes with every identity: a consent page made for another one is void. */
  generation: z.string(),
  authenticatedAt: z.number(),
  consented: z.boolean(),
  endsAt: z.number(),
});

/** The flow has ended; the row stays as a tombstone until the flow would have expired, so that it gives no second code. */
const FinishedLogin = z.object({ state: z.literal("finished"), endsAt: z.number() });

/** Keyed by the hash of the flow's id. Its insert is the gate through which a flow is used once. */
export const Login = z.discriminatedUnion("state", [OpenLogin, FinishedLogin]);
export type Login = z.infer<typeof Login>;
export type OpenLogin = z.infer<typeof OpenLogin>;

export const loginKind: RecordKind<Login> = {
  name: "login",
  schema: Login,
  expiresAt: (login) => login.endsAt,
  indexes: {},
  sealed: [],
};

/** What a new answer does to an existing row. */
export type Arrival =
  | { readonly arrival: "continues"; readonly login: OpenLogin }
  | { readonly arrival: "replaces"; readonly login: OpenLogin }
  | { readonly arrival: "too-late" };

/** The same answer continues where the row stands; another one replaces the identity and voids older consent pages. */
export function judgeArrival(stored: Login, arriving: OpenLogin): Arrival {
  if (stored.state === "finished") return { arrival: "too-late" };
  return stored.answer === arriving.answer
    ? { arrival: "continues", login: stored }
    : { arrival: "replaces", login: arriving };
}

/** Consent counts only for the identity that it was shown for. Undefined: the page was made for another one. */
export function approveLogin(login: OpenLogin, generation: string): OpenLogin | undefined {
  return login.generation === generation ? { ...login, consented: true } : undefined;
}

export function finishLogin(login: Login): Login {
  return { state: "finished", endsAt: login.endsAt };
}
