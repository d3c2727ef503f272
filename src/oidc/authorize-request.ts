import { present } from "../platform/present.js";
import { OAuthError } from "./oauth-error.js";
import type { Parameters } from "./parameters.js";
import { type CodeChallenge, type PkceRules, parseChallenge } from "./pkce.js";
import { type Prompt, parseMaxAge, parsePrompt } from "./prompt.js";
import { parseScopes, requireKnownScopes } from "./scopes.js";

/** A checked authorization request (OpenID Connect Core §3.1.2.1), as it travels inside the sealed flow. */
export interface AuthorizeRequest {
  readonly clientId: string;
  /** As asked for. Checked anew against the client whenever the flow is opened. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly state?: string;
  readonly nonce?: string;
  readonly codeChallenge?: CodeChallenge;
  readonly prompt: readonly Prompt[];
  readonly maxAge?: number;
  /** Dex's `approval_prompt=force`: ask for consent even where it could be skipped. */
  readonly forceApproval: boolean;
  readonly loginHint?: string;
  readonly connectorId?: string;
}

/** The two parameters that decide whether an error may be sent to the client at all. Throws where one is sent twice. */
export function parseClientAndRedirect(parameters: Parameters): { clientId?: string; redirectUri?: string } {
  const clientId = parameters.find("client_id");
  const redirectUri = parameters.find("redirect_uri");
  return present({ clientId, redirectUri });
}

/** `state` for an error answer; undefined where the request does not have exactly one. */
export function findState(parameters: Parameters): string | undefined {
  try {
    return parameters.find("state");
  } catch {
    return undefined;
  }
}

/**
 * Checks everything but client and redirect URI. Throws `OAuthError`s that may be sent to the checked redirect target.
 * The order of checks is Dex's (dex-behaviour §3.2).
 */
export function parseAuthorizeRequest(
  parameters: Parameters,
  known: { readonly clientId: string; readonly redirectUri: string },
  pkce: PkceRules,
): AuthorizeRequest {
  if (parameters.find("request") !== undefined) {
    throw new OAuthError("request_not_supported", "The request parameter is not supported.");
  }
  if (parameters.find("request_uri") !== undefined) {
    throw new OAuthError("request_uri_not_supported", "The request_uri parameter is not supported.");
  }
  const codeChallenge = parseChallenge(
    parameters.find("code_challenge"),
    parameters.find("code_challenge_method"),
    pkce,
  );
  const scopes = parseScopes(parameters.find("scope"));
  requireKnownScopes(scopes);
  requireCodeFlow(parameters.find("response_type"));
  const optional = {
    state: parameters.find("state"),
    nonce: parameters.find("nonce"),
    codeChallenge,
    maxAge: parseMaxAge(parameters.find("max_age")),
    loginHint: parameters.find("login_hint"),
    connectorId: parameters.find("connector_id"),
  };
  return {
    ...known,
    scopes,
    prompt: parsePrompt(parameters.find("prompt")),
    forceApproval: parameters.find("approval_prompt") === "force",
    ...present(optional),
  };
}

/** The same request as parameters again, for a link that starts it anew. */
export function formatAuthorizeRequest(request: AuthorizeRequest): readonly (readonly [string, string])[] {
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ["client_id", request.clientId],
    ["redirect_uri", request.redirectUri],
    ["response_type", "code"],
    ["scope", request.scopes.join(" ")],
    ["state", request.state],
    ["nonce", request.nonce],
    ["code_challenge", request.codeChallenge?.challenge],
    ["code_challenge_method", request.codeChallenge?.method],
    ["prompt", request.prompt.join(" ") || undefined],
    ["max_age", request.maxAge?.toString()],
    ["approval_prompt", request.forceApproval ? "force" : undefined],
    ["login_hint", request.loginHint],
    ["connector_id", request.connectorId],
  ];
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function requireCodeFlow(responseType: string | undefined): void {
  if (responseType === undefined) throw new OAuthError("invalid_request", "No response_type provided.");
  if (responseType.trim() !== "code") {
    throw new OAuthError("unsupported_response_type", "Only response_type=code is supported.");
  }
}
