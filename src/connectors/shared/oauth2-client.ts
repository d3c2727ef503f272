import { createHash } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import type { HttpResponse } from "../../platform/http-client.js";
import type { Secret } from "../../platform/secret.js";
import type { FinishInput, StartInput } from "../port.js";
import { UpstreamError } from "./upstream-error.js";
import { concealTokens, requireSuccess, sendPatiently, type UpstreamCaller } from "./upstream-json.js";

/** How the client proves itself at the token endpoint (RFC 6749 section 2.3.1). */
export type ClientAuthentication = "basic" | "body" | "probe";

export interface OAuth2ClientOptions extends UpstreamCaller {
  readonly clock: Clock;
  readonly clientId: string;
  /** Absent: the client proves itself otherwise (`tokenParameters`), or not at all. */
  readonly clientSecret?: Secret | undefined;
  readonly authorizationUrl: string;
  readonly tokenUrl: string;
  /** `probe`: Basic first, as Dex does, then in the body; what worked is remembered. */
  readonly authentication: ClientAuthentication;
  /** PKCE (RFC 7636) towards the upstream. */
  readonly pkce: "S256" | "plain" | "none";
  /** Bitbucket Cloud takes no `redirect_uri`. */
  readonly omitsRedirectUri?: boolean;
  /** Added to every token request (a client assertion, which may change). */
  readonly tokenParameters?: () => Promise<Readonly<Record<string, string>>>;
  /**
   * Error codes besides `invalid_grant` with which this upstream says no to the person, not to us. Where one code means
   * both, with the description: `unauthorized_client: token was already used`.
   */
  readonly refusals?: readonly string[];
}

/** What the upstream gave. */
export interface TokenSet {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** Epoch ms; undefined: the upstream did not say. */
  readonly expiresAt?: number;
}

export type TokenAnswer =
  | { readonly outcome: "ok"; readonly tokens: TokenSet }
  | { readonly outcome: "denied"; readonly detail: string };

export interface OAuth2Client {
  authorizationUrl(
    input: StartInput,
    scopes: readonly string[],
    extra?: Readonly<Record<string, string | undefined>>,
  ): string;
  /** Takes the code from the upstream's answer and exchanges it. */
  redeem(input: FinishInput): Promise<TokenAnswer>;
  refresh(refreshToken: string): Promise<TokenAnswer>;
}

/** The OAuth 2.0 client of all connectors that send the browser to an upstream (RFC 6749 section 4.1). */
export function createOAuth2Client(options: OAuth2ClientOptions): OAuth2Client {
  const sendTokenRequest = createTokenRequest(options);
  return {
    authorizationUrl: (input, scopes, extra) => formatAuthorizationUrl(options, input, scopes, extra),

    async redeem(input) {
      const denial = findDenial(input.fields);
      if (denial !== undefined) return { outcome: "denied", detail: denial };
      const code = input.fields.get("code");
      // Our own callback, called by nobody who was there: no code, and no error either.
      if (code === undefined || code === "") return { outcome: "denied", detail: "the answer holds no code" };
      return sendTokenRequest({
        grant_type: "authorization_code",
        code,
        ...(options.omitsRedirectUri !== true && { redirect_uri: input.callbackUrl }),
        ...(options.pkce !== "none" && { code_verifier: input.derive("pkce") }),
      });
    },

    async refresh(refreshToken) {
      const answer = await sendTokenRequest({ grant_type: "refresh_token", refresh_token: refreshToken });
      if (answer.outcome !== "ok") return answer;
      // RFC 6749 section 6: without a new one the old one stays.
      return { outcome: "ok", tokens: { refreshToken, ...answer.tokens } };
    },
  };
}

function formatAuthorizationUrl(
  options: OAuth2ClientOptions,
  input: StartInput,
  scopes: readonly string[],
  extra: Readonly<Record<string, string | undefined>> = {},
): string {
  const url = new URL(options.authorizationUrl);
  const parameters: Readonly<Record<string, string | undefined>> = {
    response_type: "code",
    client_id: options.clientId,
    redirect_uri: options.omitsRedirectUri === true ? undefined : input.callbackUrl,
    scope: scopes.length === 0 ? undefined : scopes.join(" "),
    state: input.state,
    ...createChallenge(options.pkce, input),
    ...extra,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

function createChallenge(pkce: OAuth2ClientOptions["pkce"], input: StartInput): Readonly<Record<string, string>> {
  if (pkce === "none") return {};
  const verifier = input.derive("pkce");
  if (pkce === "plain") return { code_challenge: verifier, code_challenge_method: "plain" };
  return {
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
}

/** Errors that mean trouble at the upstream and not a no (RFC 6749 section 4.1.2.1). */
const troubles: readonly string[] = ["server_error", "temporarily_unavailable"];

function findDenial(fields: ReadonlyMap<string, string>): string | undefined {
  const error = fields.get("error");
  if (error === undefined) return undefined;
  const description = fields.get("error_description");
  const detail = `${error}${description === undefined ? "" : `: ${description}`}`.slice(0, 300);
  if (troubles.includes(error)) throw new UpstreamError(`the upstream answered ${detail}`);
  return detail;
}

type TokenRequest = (grant: Readonly<Record<string, string>>) => Promise<TokenAnswer>;

function createTokenRequest(options: OAuth2ClientOptions): TokenRequest {
  let known: "basic" | "body" | undefined = options.authentication === "probe" ? undefined : options.authentication;

  async function post(grant: Readonly<Record<string, string>>, style: "basic" | "body"): Promise<HttpResponse> {
    const { clientId, clientSecret } = options;
    const isBasic = style === "basic" && clientSecret !== undefined;
    const body = new URLSearchParams({
      ...grant,
      ...(!isBasic && { client_id: clientId }),
      ...(!isBasic && clientSecret !== undefined && { client_secret: clientSecret.reveal() }),
      ...(await options.tokenParameters?.()),
    });
    return sendPatiently(options, {
      method: "POST",
      url: options.tokenUrl,
      body: body.toString(),
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        ...(isBasic && { authorization: `Basic ${encodeBasic(clientId, clientSecret.reveal())}` }),
      },
    });
  }

  async function sendProbing(grant: Readonly<Record<string, string>>): Promise<HttpResponse> {
    if (known !== undefined || options.clientSecret === undefined) return post(grant, known ?? "body");
    const first = await post(grant, "basic");
    if (!isAboutClient(first)) {
      if (showsClient(first)) known = "basic";
      return first;
    }
    const second = await post(grant, "body");
    if (showsClient(second)) known = "body";
    return second;
  }

  return async (grant) => readTokenAnswer(options, await sendProbing(grant));
}

/** RFC 6749 section 2.3.1: each part form-encoded before they are joined. */
function encodeBasic(id: string, secret: string): string {
  const encode = (text: string): string => new URLSearchParams({ "": text }).toString().slice(1);
  return Buffer.from(`${encode(id)}:${encode(secret)}`).toString("base64");
}

/** Whether an answer says that the client was not recognised, so that the other way is worth a try. */
function isAboutClient(response: HttpResponse): boolean {
  const error = readComplaint(response)?.error;
  if (error !== undefined)
    return error === "invalid_client" || error === "unauthorized_client" || error === "invalid_request";
  return response.status === 401 || response.status === 400;
}

/** Whether an answer shows that the client was recognised. An upstream that fails shows nothing: nothing is settled by it. */
function showsClient(response: HttpResponse): boolean {
  const error = readComplaint(response)?.error;
  return error === undefined ? TokenResponse.safeParse(readFields(response)).success : error === "invalid_grant";
}

/** Numbers in text, as some upstreams send. */
const Seconds = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);

const TokenResponse = z.object({
  access_token: z.string().min(1),
  token_type: z.string().optional().catch(undefined),
  refresh_token: z.string().min(1).optional().catch(undefined),
  id_token: z.string().min(1).optional().catch(undefined),
  expires_in: Seconds.optional().catch(undefined),
});

function readTokenAnswer({ clock, refusals = [] }: OAuth2ClientOptions, response: HttpResponse): TokenAnswer {
  const complaint = readComplaint(response);
  if (complaint !== undefined) {
    const detail = `${complaint.error}${complaint.description === undefined ? "" : `: ${complaint.description}`}`;
    const isRefusal = ["invalid_grant", ...refusals].some((each) => each === complaint.error || each === detail);
    if (isRefusal) return { outcome: "denied", detail };
    const { error: code } = complaint;
    throw new UpstreamError(`the token endpoint answered ${detail.slice(0, 300)}`, { status: response.status, code });
  }
  if (response.status === 401) throw new UpstreamError("the token endpoint answered 401", { status: 401 });
  const parsed = TokenResponse.safeParse(readFields(requireSuccess(response)));
  if (!parsed.success) throw new UpstreamError("the token endpoint gave no access token", { status: response.status });
  const { access_token: accessToken, refresh_token, id_token, token_type, expires_in } = parsed.data;
  return {
    outcome: "ok",
    tokens: {
      accessToken,
      // RFC 6749 section 7.1: the type is needed to use the token. "bearer" in any case is what everybody means.
      tokenType: token_type === undefined || token_type.toLowerCase() === "bearer" ? "Bearer" : token_type,
      ...(refresh_token !== undefined && { refreshToken: refresh_token }),
      ...(id_token !== undefined && { idToken: id_token }),
      ...(expires_in !== undefined && expires_in > 0 && { expiresAt: clock() + expires_in * 1_000 }),
    },
  };
}

const Complaint = z.object({ error: z.string().min(1), error_description: z.string().optional().catch(undefined) });

/** GitHub says it with a status of 200. */
function readComplaint(response: HttpResponse): { readonly error: string; readonly description?: string } | undefined {
  const { data } = Complaint.safeParse(readFields(response));
  if (data === undefined) return undefined;
  const { error, error_description: description } = data;
  return { error, ...(description !== undefined && { description: concealTokens(description) }) };
}

/** JSON, or a form where the content type says so, as older upstreams answer. */
function readFields(response: HttpResponse): unknown {
  const type = response.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-www-form-urlencoded" || type === "text/plain") {
    return Object.fromEntries(new URLSearchParams(response.text));
  }
  try {
    return JSON.parse(response.text);
  } catch {
    return undefined;
  }
}
