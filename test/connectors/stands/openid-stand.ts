import * as z from "zod";
import type { Clock } from "../../../src/platform/clock.js";
import type { ReceivedRequest, UpstreamReply } from "../../support/http-upstream.js";
import { halfHash, type SigningProvider, signWith } from "../../support/signing-provider.js";
import { createTokenAuthority, type TokenAuthority } from "../../support/token-authority.js";
import type { Behaviour, ConnectorStand, RunningStand, StandInput, StandPerson } from "../stand.js";
import { failByPath, visitByGet } from "./http-faults.js";

const client = { clientID: "latchkey", clientSecret: "openid-client-secret" };

export interface OpenIdStandOptions<P extends SigningProvider> {
  readonly type: string;
  readonly start: (clock: Clock) => Promise<P>;
  /** Path of the issuer, with its slash; empty: none. */
  readonly issuerPath?: string;
  /** Whether a refresh token works once; otherwise it stays, and no other is given. */
  readonly rotates: boolean;
  /** Path to the name of the place. */
  readonly places: Readonly<Record<string, string>>;
  readonly settings: (provider: P, restricted: boolean) => object;
  /** What is told of a person besides `sub`. */
  readonly claimsOf: (person: StandPerson) => Readonly<Record<string, unknown>>;
  /** Claims of access tokens, where those are JWTs. */
  readonly accessClaimsOf?: (person: StandPerson) => Readonly<Record<string, unknown>>;
  /** Makes a person known where the claims are not all that is told. */
  readonly know?: (provider: P, person: StandPerson) => void;
  readonly identityOf: ConnectorStand["identityOf"];
  readonly skips?: ConnectorStand["skips"];
  readonly secrets?: readonly string[];
}

/** The stand of a type whose upstream is an OpenID provider. */
export function createOpenIdStand<P extends SigningProvider>(options: OpenIdStandOptions<P>): ConnectorStand {
  const { type, places, identityOf, skips = {}, secrets = [] } = options;
  return {
    type,
    places: Object.values(places),
    // Keys that were read once serve while they can't be read again.
    refreshPlaces: Object.values(places).filter((place) => place !== "keys"),
    identityOf,
    skips,
    secrets: [client.clientSecret, "access-", "refresh-", ...secrets],
    start: (input) => startOpenIdStand(options, input),
  };
}

interface Scene<P extends SigningProvider> {
  readonly options: OpenIdStandOptions<P>;
  readonly provider: P;
  readonly issuer: string;
  readonly clock: Clock;
  readonly authority: TokenAuthority<typeof subject>;
  /** By code. */
  readonly nonces: Map<string, string>;
  behaviour: Behaviour;
  person: StandPerson | undefined;
}

/** The one account: who it is changes with the person. */
const subject = "the account";
const lifetimeSeconds = 3_600;

async function startOpenIdStand<P extends SigningProvider>(
  options: OpenIdStandOptions<P>,
  { clock, callbackUrl }: StandInput,
): Promise<RunningStand> {
  const { issuerPath = "", places } = options;
  const provider = await options.start(clock);
  const issuer = `${provider.url}${issuerPath}`;
  const scene: Scene<P> = {
    ...{ options, provider, issuer, clock },
    authority: createAuthority(options, clock, callbackUrl),
    nonces: new Map(),
    behaviour: { kind: "well" },
    person: undefined,
  };
  provider.behaviour.replace = {
    ...provider.behaviour.replace,
    [`${issuerPath}/.well-known/openid-configuration`]: () => ({ body: { ...provider.honestDocument(), issuer } }),
    "/authorize": (request) => authorize(scene, request),
    "/token": (request) => answerToken(scene, request),
    "/userinfo": (request) => tellUserInfo(scene, request),
  };
  failByPath(provider, places, () => scene.behaviour);
  return {
    settings: ({ restricted }) => ({ ...client, redirectURI: callbackUrl, ...options.settings(provider, restricted) }),
    way: { kind: "redirect", visit: visitByGet },
    setPerson: (person) => {
      scene.person = person;
      options.know?.(provider, person);
    },
    setBehaviour: (behaviour) => {
      scene.behaviour = behaviour;
      if (behaviour.kind === "revoked") scene.authority.revoke(subject);
    },
    stop: () => provider.close(),
  };
}

function createAuthority<P extends SigningProvider>(
  { rotates }: OpenIdStandOptions<P>,
  clock: Clock,
  redirectUri: string,
): TokenAuthority<typeof subject> {
  return createTokenAuthority<typeof subject>({
    clientId: client.clientID,
    clientSecret: client.clientSecret,
    redirectUri,
    clock,
    // The document does not say so: the connector finds out.
    authentication: "body",
    hasPkce: true,
    lifetimeMs: lifetimeSeconds * 1_000,
    rotation: rotates ? "once" : "none",
    refuse: (refusal) =>
      refusal === "client" || refusal === "secret"
        ? { status: 401, body: { error: "invalid_client" } }
        : { status: 400, body: { error: "invalid_grant" } },
    answer: ({ accessToken, refreshToken }) => ({ access_token: accessToken, refresh_token: refreshToken }),
  });
}

function authorize<P extends SigningProvider>(scene: Scene<P>, { url }: ReceivedRequest): UpstreamReply {
  const location = scene.authority.authorize(url, subject, scene.behaviour.kind !== "denied");
  const code = new URL(location).searchParams.get("code");
  if (code !== null) scene.nonces.set(code, url.searchParams.get("nonce") ?? "");
  return { status: 302, headers: { location } };
}

const Issued = z.object({ access_token: z.string(), refresh_token: z.string() });

/** Every token hangs together with the others, as OpenID Connect Core section 3.1.3.7 wants it. */
async function answerToken<P extends SigningProvider>(
  scene: Scene<P>,
  request: ReceivedRequest,
): Promise<UpstreamReply> {
  const { provider, options } = scene;
  const reply = scene.authority.exchange(request);
  if (reply.status !== undefined) return reply;
  const issued = Issued.parse(reply.body);
  const isRefresh = request.form.get("grant_type") === "refresh_token";
  const accessClaims = scene.person && options.accessClaimsOf?.(scene.person);
  const accessToken = accessClaims === undefined ? issued.access_token : await signWith(provider.key, accessClaims);
  const now = Math.floor(scene.clock() / 1_000);
  const idToken = await signWith(provider.key, {
    iss: scene.issuer,
    aud: client.clientID,
    iat: now,
    exp: now + lifetimeSeconds,
    at_hash: halfHash(accessToken),
    ...(!isRefresh && { nonce: scene.nonces.get(request.form.get("code") ?? "") }),
    ...tellPerson(scene),
  });
  return {
    body: {
      ...{ access_token: accessToken, token_type: "Bearer", expires_in: lifetimeSeconds, id_token: idToken },
      ...((options.rotates || !isRefresh) && { refresh_token: issued.refresh_token }),
    },
  };
}

function tellUserInfo<P extends SigningProvider>(scene: Scene<P>, { headers }: ReceivedRequest): UpstreamReply {
  return scene.authority.find(headers.authorization) === undefined ? { status: 401 } : { body: tellPerson(scene) };
}

function tellPerson<P extends SigningProvider>({ person, behaviour, options }: Scene<P>): Record<string, unknown> {
  if (person === undefined) return {};
  return { ...(behaviour.kind !== "id-missing" && { sub: person.id }), ...options.claimsOf(person) };
}
