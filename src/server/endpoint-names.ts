import { routes } from "../oidc/routes.js";
import type { EndpointName } from "../telemetry/metrics/port.js";

/** What metrics call each endpoint. A new route does not compile before it has a name. */
const names: Readonly<Record<keyof typeof routes, EndpointName>> = {
  home: "home",
  discovery: "discovery",
  authorizationServer: "discovery",
  keys: "jwks",
  authorize: "authorize",
  connector: "connector",
  passwordLogin: "password",
  callback: "callback",
  connectorCallback: "callback",
  approval: "consent",
  token: "token",
  revocation: "revocation",
  userinfo: "userinfo",
  health: "health",
  live: "health",
  ready: "health",
  assets: "assets",
};

/** Finds the name for a route's pattern. Whatever is no route of ours, a path that a stranger made up, is `unknown`. */
export function createEndpointNames(issuerPath: string): (route: string) => EndpointName {
  const byRoute = new Map<string, EndpointName>([[issuerPath === "" ? "/" : issuerPath, names.home]]);
  const paths = new Map<string, string>(Object.entries(routes));
  for (const [key, name] of Object.entries(names)) {
    const path = paths.get(key) ?? "";
    if (path !== "") byRoute.set(issuerPath + path, name);
  }
  byRoute.set(routes.authorizationServer + issuerPath, names.authorizationServer);
  // Files are registered one by one, under names that hold their hash.
  const files = `${issuerPath}${routes.assets.slice(0, routes.assets.indexOf(":"))}`;
  return (route) => byRoute.get(route) ?? (route.startsWith(files) ? names.assets : "unknown");
}
