import { type ReceivedRequest, startHttpUpstream, type UpstreamReply } from "../../support/http-upstream.js";
import { createAuthorizationServer } from "../authorization-server.js";
import { type AccountSimulator, createAccountStand } from "./account-stand.js";

const client = { id: "oauth-client", secret: "oauth-client-secret" };

export const oauthStand = createAccountStand({
  type: "oauth",
  client,
  start: startOAuthUpstream,
  places: { "/token": "token", "/me": "person" },
  settings: (url) => ({
    authorizationURL: `${url}/authorize`,
    tokenURL: `${url}/token`,
    userInfoURL: `${url}/me`,
    pkceChallenge: "S256",
  }),
  know: ({ members }, { id, login, name, email, groups }, hasId) => {
    const told = { user_name: name, preferred_username: login, email, email_verified: true, groups };
    members.set(login, { ...told, ...(hasId && { id: Number(id) }) });
  },
  identityOf: ({ id, login, name, email, groups }) => ({
    ...{ userId: id, username: name, preferredUsername: login, email, groups },
    emailVerified: true,
  }),
  skips: {
    "group-refused": "there is no setting for it, as in Dex",
    rotation: "no credential is kept, as in Dex",
    changes: "there is no refresh, as in Dex",
    revoked: "there is no refresh, as in Dex",
  },
});

interface OAuthUpstream extends AccountSimulator {
  /** What is told of each, by login. */
  readonly members: Map<string, object>;
}

/** Takes the secret in the body alone and does not say so: the connector finds out. */
async function startOAuthUpstream(): Promise<OAuthUpstream> {
  const login = createAuthorizationServer({
    client,
    authentication: ["body"],
    givesRefreshToken: () => false,
    expiresInSeconds: 3_600,
    formatError: (error) => ({ status: error === "invalid_client" ? 401 : 400, body: { error } }),
  });
  const members = new Map<string, object>();

  function answer(request: ReceivedRequest): UpstreamReply {
    switch (request.url.pathname) {
      case "/authorize":
        return login.authorize(request);
      case "/token":
        return login.token(request);
      default: {
        const member = members.get(login.findToken(request)?.subject ?? "");
        return member === undefined ? { status: 401 } : { body: member };
      }
    }
  }

  const upstream = await startHttpUpstream(answer);
  return { url: upstream.url, upstream, login, members, close: upstream.close };
}
