import { describe, expect, it } from "vitest";
import { approveLogin, finishLogin, judgeArrival, Login, loginKind, type OpenLogin } from "./login.js";

const open: OpenLogin = {
  state: "open",
  connectorId: "github",
  identity: { userId: "u1", username: "Jane", preferredUsername: "", email: "", emailVerified: false, groups: [] },
  answer: "answer-1",
  generation: "generation-1",
  authenticatedAt: 1_000,
  consented: true,
  endsAt: 9_000,
};

describe("an answer that arrives for a flow (DESIGN wall 1)", () => {
  it("continues where the row stands when it is the same again", () => {
    const again = { ...open, generation: "generation-2", consented: false };
    expect(judgeArrival(open, again)).toEqual({ arrival: "continues", login: open });
  });

  it("replaces the identity when it is another one, and takes no consent over", () => {
    const other = { ...open, answer: "answer-2", generation: "generation-2", consented: false };
    expect(judgeArrival(open, other)).toEqual({ arrival: "replaces", login: other });
  });

  it("comes too late when the flow has ended, even if it is the same", () => {
    expect(judgeArrival(finishLogin(open), open)).toEqual({ arrival: "too-late" });
  });
});

describe("consent", () => {
  const waiting = { ...open, consented: false };

  it("counts for the identity that its page was made for", () => {
    expect(approveLogin(waiting, "generation-1")).toEqual(open);
  });

  it("is void for any other identity", () => {
    for (const generation of ["generation-2", ""]) expect(approveLogin(waiting, generation)).toBeUndefined();
  });
});

describe("a finished flow", () => {
  it("leaves a tombstone until it would have expired, without anything about the person", () => {
    expect(finishLogin(open)).toEqual({ state: "finished", endsAt: 9_000 });
    expect(finishLogin(finishLogin(open))).toEqual({ state: "finished", endsAt: 9_000 });
    expect(loginKind.expiresAt(finishLogin(open))).toBe(9_000);
  });

  it("is stored and read as one of two states", () => {
    for (const login of [open, finishLogin(open)])
      expect(Login.parse(JSON.parse(JSON.stringify(login)))).toEqual(login);
    expect(Login.safeParse({ ...open, state: "other" }).success).toBe(false);
  });
});
