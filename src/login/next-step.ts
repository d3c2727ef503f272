import type { GateRefusal } from "../clients/gate.js";
import type { Prompt } from "../oidc/prompt.js";

/** What the next step depends on. No clock, no storage, no URL. */
export interface StepFacts {
  /** `prompt` of the request. */
  readonly prompt: readonly Prompt[];
  /** Dex's `approval_prompt=force`. */
  readonly forceApproval: boolean;
  /** `oauth2.skipApprovalScreen`. */
  readonly skipApproval: boolean;
  /** The person of this flow; absent before they have logged in. */
  readonly login?: {
    readonly consented: boolean;
    /** What the gate says of this person at this client. */
    readonly refusal?: GateRefusal;
  };
}

export type NextStep =
  | { readonly step: "login" }
  | { readonly step: "consent" }
  | { readonly step: "issue" }
  /** Told to the client. */
  | { readonly step: "refuse"; readonly error: "login_required" | "consent_required" | "access_denied" }
  /** Told to the person first: they may try another account. */
  | { readonly step: "turn-away"; readonly refusal: GateRefusal };

/** Decides what comes next (DESIGN wall 2). Every step returns here; none leads to another one by itself. */
export function nextStep(facts: StepFacts): NextStep {
  // Without sessions nobody is ever logged in already, so `prompt=none` can only fail (OpenID Connect Core §3.1.2.1).
  const isSilent = facts.prompt.includes("none");
  if (facts.login === undefined) return isSilent ? { step: "refuse", error: "login_required" } : { step: "login" };
  if (facts.login.refusal !== undefined) {
    return isSilent ? { step: "refuse", error: "access_denied" } : { step: "turn-away", refusal: facts.login.refusal };
  }
  const needsConsent = !facts.login.consented && (facts.forceApproval || !facts.skipApproval);
  if (!needsConsent) return { step: "issue" };
  return isSilent ? { step: "refuse", error: "consent_required" } : { step: "consent" };
}
