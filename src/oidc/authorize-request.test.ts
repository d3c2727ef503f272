import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatForm } from "../platform/form.js";
import {
  type AuthorizeRequest,
  findState,
  formatAuthorizeRequest,
  parseAuthorizeRequest,
  parseClientAndRedirect,
} from "./authorize-request.js";
import { OAuthError } from "./oauth-error.js";
import { parseParameters } from "./parameters.js";
import type { PkceRules } from "./pkce.js";

const known = { clientId: "app", redirectUri: "https://app.example.com/cb" };
const open: PkceRules = { enforce: false, methods: ["S256", "plain"] };
const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

function parse(query: string, pkce: PkceRules = open): AuthorizeRequest {
  return parseAuthorizeRequest(parseParameters(query), known, pkce);
}

function refusal(query: string, pkce?: PkceRules): unknown {
  try {
    return parse(query, pkce);
  } catch (error) {
    return error;
  }
}

describe("parseAuthorizeRequest (dex-behaviour §3.2)", () => {
  it("reads a small request", () => {
    expect(parse("response_type=code&scope=openid")).toEqual({
      ...known,
      scopes: ["openid"],
      prompt: [],
      forceApproval: false,
    });
  });

  it("reads everything that travels with the flow", () => {
    const query =
      "response_type=code&scope=openid+email&state=s&nonce=n&code_challenge_method=S256&prompt=login+consent&max_age=60" +
      `&approval_prompt=force&login_hint=jane&connector_id=github&code_challenge=${challenge}&ui_locales=de`;
    expect(parse(query)).toEqual({
      ...known,
      scopes: ["openid", "email"],
      state: "s",
      nonce: "n",
      codeChallenge: { challenge, method: "S256" },
      prompt: ["login", "consent"],
      maxAge: 60,
      forceApproval: true,
      loginHint: "jane",
      connectorId: "github",
    });
  });

  it.each([
    ["request_not_supported", "request=ey&response_type=code&scope=openid"],
    ["request_uri_not_supported", "request_uri=urn:x&response_type=code&scope=openid"],
    ["invalid_scope", "response_type=code"],
    ["invalid_scope", "response_type=code&scope=openid+wallet"],
    ["invalid_request", "scope=openid"],
    ["invalid_request", "response_type=&scope=openid"],
    ["unsupported_response_type", "response_type=token&scope=openid"],
    ["unsupported_response_type", "response_type=code+id_token&scope=openid"],
    ["unsupported_response_type", "response_type=Code&scope=openid"],
    ["invalid_request", "response_type=code&scope=openid&code_challenge=a&code_challenge_method=S512"],
    ["invalid_request", "response_type=code&scope=openid&prompt=none+login"],
    ["invalid_request", "response_type=code&scope=openid&max_age=-1"],
  ])("answers %s to %s", (code, query) => {
    expect(refusal(query)).toMatchObject({ name: "OAuthError", code });
  });

  it("asks for PKCE where it is enforced", () => {
    expect(refusal("response_type=code&scope=openid", { enforce: true, methods: ["S256"] })).toMatchObject({
      code: "invalid_request",
    });
  });

  it.each([
    ["request_not_supported", "request=x&code_challenge=%20&scope=x&response_type=x&prompt=x"],
    ["PKCE", "code_challenge=%20&code_challenge_method=x&scope=x&response_type=x&prompt=x"],
    ["invalid_scope", "scope=x&response_type=x&prompt=x"],
    ["unsupported_response_type", "scope=openid&response_type=x&prompt=x"],
    ["prompt", "scope=openid&response_type=code&prompt=x"],
  ])("names the first fault in Dex's order: %s", (fault, query) => {
    expect(refusal(query)).toMatchObject({ message: expect.stringContaining(fault) });
  });

  it.each(
    ["scope", "response_type", "state", "nonce", "prompt", "max_age", "code_challenge", "code_challenge_method"].concat(
      ["login_hint", "connector_id", "approval_prompt", "request", "request_uri"],
    ),
  )("refuses %s sent twice (RFC 6749 §3.1)", (name) => {
    const query = `response_type=code&scope=openid&${name}=a&${name}=a`;
    expect(refusal(query)).toMatchObject({ code: "invalid_request" });
  });
});

describe("client and redirect URI", () => {
  it("are read before anything else, and not from a request that has two of either", () => {
    expect(parseClientAndRedirect(parseParameters("client_id=app&redirect_uri=http://a"))).toEqual({
      clientId: "app",
      redirectUri: "http://a",
    });
    expect(parseClientAndRedirect(parseParameters(""))).toEqual({});
    for (const query of ["client_id=a&client_id=b", "redirect_uri=a&redirect_uri=b"]) {
      expect(() => parseClientAndRedirect(parseParameters(query))).toThrow("more than once");
    }
  });
});

describe("findState", () => {
  it("is the one state, or none where two were sent", () => {
    expect(findState(parseParameters("state=a"))).toBe("a");
    expect(findState(parseParameters("state=a&state=b"))).toBeUndefined();
    expect(findState(parseParameters(""))).toBeUndefined();
  });
});

describe("formatAuthorizeRequest", () => {
  it.each([
    "response_type=code&scope=openid",
    `response_type=code&scope=openid+email&state=s%26%3D&nonce=n&prompt=login+consent&max_age=0&approval_prompt=force&login_hint=j&connector_id=g&code_challenge=${challenge}&code_challenge_method=S256`,
    "response_type=code&scope=openid&code_challenge=challenge123",
  ])("gives a link that starts the same request anew: %s", (query) => {
    const request = parse(query);
    const again = formatForm(formatAuthorizeRequest(request));
    expect(parse(again)).toEqual(request);
    expect(parseClientAndRedirect(parseParameters(again))).toEqual(known);
  });
});

describe("any authorization request", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom("openid", "code", "none", "S256", "0"),
  );
  const names = [
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "approval_prompt",
    "login_hint",
    "connector_id",
    "request",
  ];
  const pairs = fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 8 });

  it("is read, or refused with an OAuthError whose description can be sent (RFC 6749 §4.1.2.1)", () => {
    fc.assert(
      fc.property(pairs, (asked) => {
        const query = formatForm([["response_type", "code"], ["scope", "openid"], ...asked]);
        const found = refusal(query);
        if (found instanceof OAuthError) expect(found.description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/);
        else expect(found).toMatchObject(known);
      }),
      { numRuns: 500 },
    );
  });

  it("that was read is read again, the same, from the link that starts it anew", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 30 });
    const asked = fc.record(
      {
        state: text,
        nonce: text,
        login_hint: text,
        connector_id: text,
        max_age: fc.nat().map(String),
        prompt: fc.constantFrom("none", "login", "consent login", "select_account"),
        code_challenge: fc.stringMatching(/^[\w.~-]{1,60}$/),
        approval_prompt: fc.constantFrom("force", "auto"),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(asked, (more) => {
        const request = parse(
          formatForm([["response_type", "code"], ["scope", "openid email"], ...Object.entries(more)]),
        );
        expect(parse(formatForm(formatAuthorizeRequest(request)))).toEqual(request);
      }),
    );
  });
});
