import type { ConnectorIconName } from "../platform/connector-icon.js";
import { type Html, html } from "./html.js";

// Shapes of our own. Marks of other people's products are theirs: those stand here as letters.

const frames = {
  square: html`<rect x="2" y="2" width="20" height="20" rx="5"/>`,
  circle: html`<circle cx="12" cy="12" r="10"/>`,
  hexagon: html`<path d="M12 1.8 20.8 6.9v10.2L12 22.2 3.2 17.1V6.9z"/>`,
} as const;

/** Things, for kinds of upstream. */
const things = {
  branch: html`<circle cx="7" cy="5.5" r="2.5"/><circle cx="7" cy="18.5" r="2.5"/><circle cx="17" cy="8.5" r="2.5"/><path d="M7 8v8M17 11c0 3.5-3 4.5-8 5"/>`,
  building: html`<path d="M4 21V5.5L13 3v18M13 8.5l7 2V21M2.5 21h19"/><path d="M7 8.5h2.5M7 12h2.5M7 15.5h2.5M16 13.5h1.5M16 17h1.5"/>`,
  cloud: html`<path d="M7 18.5h10.5a4 4 0 0 0 .6-8 6.2 6.2 0 0 0-11.9-1A4.6 4.6 0 0 0 7 18.5z"/>`,
  directory: html`<rect x="9" y="2.5" width="6" height="5" rx="1.2"/><rect x="2" y="16.5" width="6" height="5" rx="1.2"/><rect x="16" y="16.5" width="6" height="5" rx="1.2"/><path d="M12 7.5v4.5M5 16.5V12h14v4.5"/>`,
  globe: html`<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c2.7 2.7 4 5.7 4 9s-1.3 6.3-4 9c-2.7-2.7-4-5.7-4-9s1.3-6.3 4-9z"/>`,
  key: html`<circle cx="8" cy="15.5" r="4.5"/><path d="M11.2 12.3 20 3.5M16.5 7l2.8 2.8M13.5 10l2 2"/>`,
  people: html`<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.8-3.6 3.2-5.5 6.5-5.5s5.7 1.9 6.5 5.5M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18.4 14.4c1.7.9 2.8 2.6 3.2 5.1"/>`,
  shield: html`<path d="M12 2.5 20 5.5v6c0 5-3.4 8.4-8 10-4.6-1.6-8-5-8-10v-6z"/><path d="m8.5 12 2.5 2.5 4.5-5"/>`,
  // A gate with somebody in front of it.
  gate: html`<path d="M3 21V8l9-5 9 5v13"/><path d="M8 21v-7.5a4 4 0 0 1 8 0V21"/>`,
  flask: html`<path d="M9.5 3h5M10.5 3v6L5 18.8A1.8 1.8 0 0 0 6.6 21.5h10.8a1.8 1.8 0 0 0 1.6-2.7L13.5 9V3M8 15h8"/>`,
} as const;

const drawings: Readonly<Record<ConnectorIconName, Html>> = {
  "active-directory": things.directory,
  adfs: monogram("square", "Fs"),
  "atlassian-crowd": monogram("circle", "Cr"),
  auth0: monogram("hexagon", "A0"),
  authentik: monogram("square", "Ak"),
  authproxy: things.gate,
  "bitbucket-cloud": monogram("square", "Bb"),
  branch: things.branch,
  building: things.building,
  cloud: things.cloud,
  directory: things.directory,
  "entra-id": monogram("square", "En"),
  forgejo: monogram("circle", "Fj"),
  gitea: monogram("circle", "Gt"),
  github: monogram("square", "Gh"),
  gitlab: monogram("hexagon", "Gl"),
  globe: things.globe,
  google: monogram("square", "G"),
  key: things.key,
  keycloak: monogram("hexagon", "Kc"),
  keystone: monogram("square", "Ks"),
  ldap: things.directory,
  linkedin: monogram("circle", "Li"),
  local: things.people,
  microsoft: monogram("circle", "Ms"),
  mockCallback: things.flask,
  mockPassword: things.flask,
  oauth: things.key,
  oidc: things.globe,
  okta: monogram("circle", "Ok"),
  openshift: monogram("hexagon", "Os"),
  people: things.people,
  saml: things.shield,
  shield: things.shield,
  zitadel: monogram("hexagon", "Zi"),
};

/** The name stands beside it, so it is hidden from screen readers by the tile around it. */
export function renderConnectorIcon(name: ConnectorIconName): Html {
  return html`<svg viewBox="0 0 24 24" width="28" height="28" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" focusable="false">${drawings[name]}</svg>`;
}

function monogram(frame: keyof typeof frames, letters: string): Html {
  return html`${frames[frame]}<text x="12" y="15.8" text-anchor="middle" font-size="10.5" stroke="none" fill="currentColor">${letters}</text>`;
}
