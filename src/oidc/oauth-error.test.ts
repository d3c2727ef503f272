import { describe, expect, it } from "vitest";
import { createUnavailableError, OAuthError } from "./oauth-error.js";

describe("an OAuthError", () => {
  it.each([
    ["invalid_client", 401],
    ["invalid_token", 401],
    ["invalid_grant", 400],
    ["invalid_request", 400],
    ["unsupported_grant_type", 400],
  ] as const)("%s is answered with %d (RFC 6749 §5.2, RFC 6750 §3.1)", (code, status) => {
    expect(new OAuthError(code, "text").status).toBe(status);
  });

  it("keeps its detail out of the text that is sent", () => {
    const error = new OAuthError("invalid_grant", "Refresh token expired.", { detail: "row 17" });
    expect(error.message).toBe("invalid_grant: Refresh token expired.");
    expect(error.description).not.toContain("row 17");
    expect(error.detail).toBe("row 17");
  });

  it("says when to try again, where nothing was changed", () => {
    const error = createUnavailableError("ldap: timeout");
    expect(error).toMatchObject({
      code: "temporarily_unavailable",
      status: 503,
      retryAfter: 5,
      detail: "ldap: timeout",
    });
    expect(error.message).not.toContain("ldap");
  });
});
