import { describe, expect, it } from "vitest";
import type { Prompt } from "../oidc/prompt.js";
import { type NextStep, nextStep, type StepFacts } from "./next-step.js";

const fresh = { consented: false };
const consented = { consented: true };
const login: NextStep = { step: "login" };
const consent: NextStep = { step: "consent" };
const issue: NextStep = { step: "issue" };

describe("the next step (DESIGN wall 2)", () => {
  // who has logged in | skipApprovalScreen | approval_prompt=force | answer | answer to prompt=none
  it.each<[string, StepFacts["login"], boolean, boolean, NextStep, string]>([
    ["nobody yet", undefined, false, false, login, "login_required"],
    ["nobody yet, consent skipped", undefined, true, false, login, "login_required"],
    ["somebody new", fresh, false, false, consent, "consent_required"],
    ["somebody new, consent skipped", fresh, true, false, issue, "issue"],
    ["somebody new, consent skipped but asked for", fresh, true, true, consent, "consent_required"],
    ["somebody new, consent asked for", fresh, false, true, consent, "consent_required"],
    ["somebody who agreed", consented, false, false, issue, "issue"],
    ["somebody who agreed, consent asked for", consented, false, true, issue, "issue"],
    ["somebody who agreed, consent skipped but asked for", consented, true, true, issue, "issue"],
  ])("for %s", (_who, person, skipApproval, forceApproval, expected, silent) => {
    const facts = { skipApproval, forceApproval, ...(person && { login: person }) };
    expect(nextStep({ ...facts, prompt: [] })).toEqual(expected);
    const told = silent === "issue" ? issue : { step: "refuse", error: silent };
    expect(nextStep({ ...facts, prompt: ["none"] })).toEqual(told);
  });

  it("turns away whom the gate refuses, whatever they agreed to or may skip", () => {
    for (const skipApproval of [true, false]) {
      for (const agreed of [true, false]) {
        const person = { consented: agreed, refusal: "group-not-allowed" } as const;
        const facts = { prompt: [], skipApproval, forceApproval: false, login: person };
        expect(nextStep(facts)).toEqual({ step: "turn-away", refusal: "group-not-allowed" });
      }
    }
  });

  it.each<[Prompt]>([["login"], ["consent"], ["select_account"]])(
    "is not changed by prompt=%s while there are no sessions",
    (prompt) => {
      for (const person of [undefined, fresh, consented]) {
        const facts = { skipApproval: false, forceApproval: false, ...(person && { login: person }) };
        expect(nextStep({ ...facts, prompt: [prompt] })).toEqual(nextStep({ ...facts, prompt: [] }));
      }
    },
  );
});
