/** Pages and files of the application. The callback is not among them: it is the path of the redirect URI. */
export const paths = {
  start: "/",
  login: "/login",
  claims: "/claims",
  refresh: "/refresh",
  replay: "/replay",
  logout: "/logout",
  stylesheet: "/latchkey.css",
  ownStylesheet: "/example-app.css",
  icon: "/icon.svg",
} as const;

export const ownPaths: ReadonlySet<string> = new Set(Object.values(paths));
