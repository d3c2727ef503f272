import { describe, expect, it } from "vitest";
import { formatCodeResponse, formatErrorResponse, type ResponseContext } from "./authorize-response.js";
import { OAuthError } from "./oauth-error.js";
import { resolveRedirect } from "./redirect-uri.js";

const issuer = "https://id.example.com/dex";

function createContext(state?: string): ResponseContext {
  const uri = "https://app.example.com/cb?tenant=1";
  const target = resolveRedirect({ isPublic: false, redirectUris: [uri] }, uri);
  if (target === undefined) throw new Error("not allowed");
  return { target, issuer, ...(state !== undefined && { state }) };
}

function read(url: string): [string, string][] {
  return [...new URL(url).searchParams];
}

describe("an authorization response", () => {
  it("hands over the code with state and iss (RFC 6749 §4.1.2, RFC 9207 §2)", () => {
    expect(read(formatCodeResponse(createContext("a&b=c#d"), "the code"))).toEqual([
      ["tenant", "1"],
      ["code", "the code"],
      ["state", "a&b=c#d"],
      ["iss", issuer],
    ]);
  });

  it("hands over an error with state and iss, and never the private detail (RFC 6749 §4.1.2.1)", () => {
    const url = formatErrorResponse(createContext("s"), new OAuthError("access_denied", "No.", { detail: "row 17" }));
    expect(read(url)).toEqual([
      ["tenant", "1"],
      ["error", "access_denied"],
      ["error_description", "No."],
      ["state", "s"],
      ["iss", issuer],
    ]);
  });

  it("has no state where the request had none", () => {
    expect(new URL(formatCodeResponse(createContext(), "c")).searchParams.has("state")).toBe(false);
  });
});
