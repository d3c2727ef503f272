import { describe, expect, it } from "vitest";
import { describeCode, findAccountProblem } from "./result-codes.js";

const told = (data: string): string =>
  `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v3839\0`;

describe("why a bind was refused", () => {
  it.each([
    ["530", "at this time"],
    ["531", "from here"],
    ["532", "expired"],
    ["533", "disabled"],
    ["701", "expired"],
    ["773", "changed first"],
    ["775", "locked"],
  ])("is told for the log by Active Directory's data %s", (data, reason) => {
    expect(findAccountProblem(49, told(data))).toContain(reason);
  });

  it("is nothing to tell for a wrong password or an unknown user", () => {
    expect(findAccountProblem(49, told("52e"))).toBeUndefined();
    expect(findAccountProblem(49, told("525"))).toBeUndefined();
    expect(findAccountProblem(49, "")).toBeUndefined();
    expect(findAccountProblem(32, "")).toBeUndefined();
  });

  it("is told by the code where that is not about the password (a lock by ppolicy, 389 DS)", () => {
    expect(findAccountProblem(19, "Account locked")).toBe("constraint violation (19)");
    expect(findAccountProblem(53, "Account inactivated")).toBe("unwilling to perform (53)");
  });

  it("has a name, or a number", () => {
    expect(describeCode(50)).toBe("insufficient access rights (50)");
    expect(describeCode(4_711)).toBe("result 4711");
  });
});
