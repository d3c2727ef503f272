import * as oauth from "oauth4webapi";
import { describe } from "vitest";
import { describeRelyingParty } from "./describe-relying-party.js";
import { callbackUrl } from "./issuer.js";
import { setOwnClock } from "./own-clock.js";
import { type Login, type RelyingParty, scopes } from "./relying-party.js";

const insecure = { [oauth.allowInsecureRequests]: true };

const authentications = {
  client_secret_basic: (secret: string) => oauth.ClientSecretBasic(secret),
  client_secret_post: (secret: string) => oauth.ClientSecretPost(secret),
  none: () => oauth.None(),
};

interface Session {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly authentication: oauth.ClientAuth;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  tokens?: oauth.TokenEndpointResponse;
}

function startOauth4webapi(): RelyingParty {
  const servers = new Map<string, oauth.AuthorizationServer>();
  let session: Session | undefined;

  function requireSession(): Session {
    if (session === undefined) throw new Error("begin first");
    return session;
  }

  async function connect(issuer: string): Promise<oauth.AuthorizationServer> {
    const url = new URL(issuer);
    const found = servers.get(issuer);
    if (found !== undefined) return found;
    const server = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure));
    servers.set(issuer, server);
    return server;
  }

  async function accept({ server, client, nonce }: Session, response: Response, isFirst: boolean) {
    const tokens = isFirst
      ? await oauth.processAuthorizationCodeResponse(server, client, response, {
          expectedNonce: nonce,
          requireIdToken: true,
        })
      : await oauth.processRefreshTokenResponse(server, client, response);
    // Signatures are not checked otherwise: the token came straight from the token endpoint (Core §3.1.3.7).
    await oauth.validateApplicationLevelSignature(server, response, insecure);
    return tokens;
  }

  async function read(current: Session, response: Response, isFirst: boolean): Promise<Login> {
    const { server, client } = current;
    const tokens = await accept(current, response, isFirst);
    current.tokens = tokens;
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    const answer = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
    return {
      idToken: tokens.id_token ?? "",
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? "",
      claims: { ...claims },
      userinfo: await oauth.processUserInfoResponse(server, client, claims?.sub ?? "", answer),
    };
  }

  return {
    async begin(issuer, { id, secret, authMethod }) {
      const server = await connect(issuer);
      const verifier = oauth.generateRandomCodeVerifier();
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
      const authentication = authentications[authMethod](secret);
      session = { server, client: { client_id: id }, authentication, state, nonce, verifier };
      const query = new URLSearchParams({
        client_id: id,
        redirect_uri: callbackUrl,
        response_type: "code",
        scope: scopes.join(" "),
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
      });
      return `${server.authorization_endpoint}?${query}`;
    },
    async finish(callback) {
      const current = requireSession();
      const { server, client, authentication, state, verifier } = current;
      const parameters = oauth.validateAuthResponse(server, client, new URL(callback), state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authentication,
        parameters,
        callbackUrl,
        verifier,
        insecure,
      );
      return read(current, response, true);
    },
    async refresh() {
      const current = requireSession();
      const { server, client, authentication, tokens } = current;
      const token = tokens?.refresh_token ?? "";
      return read(
        current,
        await oauth.refreshTokenGrantRequest(server, client, authentication, token, insecure),
        false,
      );
    },
    async verify(idToken, accessToken) {
      const answer = { token_type: "bearer", id_token: idToken, access_token: accessToken };
      await accept(requireSession(), Response.json(answer), true);
    },
    async revoke() {
      const { server, client, authentication, tokens } = requireSession();
      const token = tokens?.refresh_token ?? "";
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, authentication, token, insecure),
      );
    },
    stop: () => Promise.resolve(),
  };
}

describe("oauth4webapi", () => {
  describeRelyingParty({ start: startOauth4webapi, checksAtHash: false, setClock: setOwnClock });
});
