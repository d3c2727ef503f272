import * as oidc from "openid-client";
import { describe } from "vitest";
import type { InteropClient } from "./clients.js";
import { describeRelyingParty } from "./describe-relying-party.js";
import { callbackUrl } from "./issuer.js";
import { setOwnClock } from "./own-clock.js";
import { type Login, type RelyingParty, scopes } from "./relying-party.js";

type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers;

const authentications = {
  client_secret_basic: (secret: string) => oidc.ClientSecretBasic(secret),
  client_secret_post: (secret: string) => oidc.ClientSecretPost(secret),
  none: () => oidc.None(),
};

const plainFetch: oidc.CustomFetch = (url, { body, ...options }) => fetch(url, { ...options, body: body ?? null });

interface Session {
  readonly configuration: oidc.Configuration;
  readonly checks: oidc.AuthorizationCodeGrantChecks;
  callback?: URL;
  tokens?: Tokens;
}

function startOpenidClient(): RelyingParty {
  const known = new Map<string, oidc.Configuration>();
  let session: Session | undefined;

  function requireSession(): Session {
    if (session === undefined) throw new Error("begin first");
    return session;
  }

  async function connect(issuer: string, { id, secret, authMethod }: InteropClient): Promise<oidc.Configuration> {
    const name = `${issuer} ${id}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const configuration = await oidc.discovery(new URL(issuer), id, undefined, authentications[authMethod](secret), {
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    });
    known.set(name, configuration);
    return configuration;
  }

  async function read({ configuration }: Session, tokens: Tokens): Promise<Login> {
    const claims = tokens.claims();
    const userinfo = await oidc.fetchUserInfo(configuration, tokens.access_token, claims?.sub ?? "");
    return {
      idToken: tokens.id_token ?? "",
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? "",
      claims: { ...claims },
      userinfo,
    };
  }

  return {
    async begin(issuer, client) {
      const configuration = await connect(issuer, client);
      const verifier = oidc.randomPKCECodeVerifier();
      const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
      session = { configuration, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce } };
      return oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: callbackUrl,
        scope: scopes.join(" "),
        state,
        nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      }).href;
    },
    async finish(callback) {
      const current = requireSession();
      current.callback = new URL(callback);
      current.tokens = await oidc.authorizationCodeGrant(current.configuration, current.callback, current.checks);
      return read(current, current.tokens);
    },
    async refresh() {
      const current = requireSession();
      current.tokens = await oidc.refreshTokenGrant(current.configuration, current.tokens?.refresh_token ?? "");
      return read(current, current.tokens);
    },
    // The library verifies ID tokens as they arrive: the token endpoint's answer is replaced on its way.
    async verify(idToken, accessToken) {
      const { configuration, callback, checks } = requireSession();
      const endpoint = configuration.serverMetadata().token_endpoint;
      configuration[oidc.customFetch] = async (url, { body, ...options }) =>
        url === endpoint
          ? Response.json({ token_type: "bearer", id_token: idToken, access_token: accessToken })
          : plainFetch(url, { body, ...options });
      try {
        await oidc.authorizationCodeGrant(configuration, callback ?? new URL(callbackUrl), checks);
      } finally {
        configuration[oidc.customFetch] = plainFetch;
      }
    },
    async revoke() {
      const { configuration, tokens } = requireSession();
      await oidc.tokenRevocation(configuration, tokens?.refresh_token ?? "");
    },
    stop: () => Promise.resolve(),
  };
}

describe("openid-client", () => {
  describeRelyingParty({ start: startOpenidClient, checksAtHash: false, setClock: setOwnClock });
});
