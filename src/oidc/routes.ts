/** Paths below the issuer's own path, as Dex has them (dex-behaviour §2.3). */
export const routes = {
  home: "",
  discovery: "/.well-known/openid-configuration",
  authorizationServer: "/.well-known/oauth-authorization-server",
  keys: "/keys",
  authorize: "/auth",
  connector: "/auth/:connector",
  passwordLogin: "/auth/:connector/login",
  callback: "/callback",
  connectorCallback: "/callback/:connector",
  approval: "/approval",
  token: "/token",
  revocation: "/revoke",
  userinfo: "/userinfo",
  health: "/healthz",
  live: "/healthz/live",
  ready: "/healthz/ready",
  assets: "/static/:file",
} as const;

/** `/auth/{connector}` for one connector. Ids are free text, so the segment is escaped. */
export function connectorPath(connectorId: string): string {
  return `${routes.authorize}/${encodeURIComponent(connectorId)}`;
}

/** Joins a route onto the issuer, whose trailing slash belongs to `iss` alone. */
export function issuerUrl(issuer: string, route: string): string {
  return `${issuer.replace(/\/$/, "")}${route}`;
}
