import { z } from "zod";
import type { ConnectorType } from "../../src/connectors/catalogue.js";
import { connectorTypes } from "../../src/connectors/catalogue.js";
import type { Connector, LoginResult, RefreshResult } from "../../src/connectors/port.js";
import type { Identity } from "../../src/records/identity.js";

/** An upstream that tests steer: what it answers, and what it was asked. */
export interface TestUpstream {
  /** Who the next login is. */
  identity: Identity;
  /** Makes `finish` deny, throw, never end, or go on. */
  loginOutcome: "ok" | "denied" | "throws" | "hangs";
  refreshOutcome: "ok" | "denied" | "throws";
  /** The one refresh token that the upstream accepts now; every use replaces it. */
  currentCredential: string;
  readonly finished: Record<string, string>[];
  refreshes: number;
  /** Set to make a refresh wait until it is resolved. */
  gate: Promise<void> | undefined;
}

export const casey: Identity = {
  userId: "casey-1",
  username: "Casey Upstream",
  preferredUsername: "casey",
  email: "casey@upstream.example",
  emailVerified: true,
  groups: ["crew"],
};

export function createTestUpstream(): TestUpstream {
  return {
    identity: casey,
    loginOutcome: "ok",
    refreshOutcome: "ok",
    currentCredential: "upstream-credential-0",
    finished: [],
    refreshes: 0,
    gate: undefined,
  };
}

/** Types that only tests know, beside the real ones: one of each way to log in, a redirect whose credential rotates, and small states. */
export function withTestConnectors(upstream: TestUpstream): ReadonlyMap<string, ConnectorType> {
  const anything = z.unknown();
  return new Map<string, ConnectorType>([
    ...connectorTypes,
    ["testRedirect", { options: anything, open: async () => createRedirect(upstream, 1_500) }],
    ["testSmallState", { options: anything, open: async () => createRedirect(upstream, 80) }],
    ["testFormPost", { options: anything, open: async () => createFormPost(upstream, 1_500) }],
    ["testFormPostSmall", { options: anything, open: async () => createFormPost(upstream, 80) }],
    ["testPassword", { options: anything, open: async () => createPassword(upstream) }],
    ["testHeader", { options: anything, open: async () => createHeader(upstream) }],
    [
      "testBroken",
      { options: anything, open: () => Promise.reject(new Error("the upstream's metadata can't be read")) },
    ],
  ]);
}

function createRedirect(upstream: TestUpstream, stateLimit: number): Connector {
  return {
    login: {
      kind: "redirect",
      stateLimit,
      start: async ({ callbackUrl, state, derive, loginHint }) => {
        const query = new URLSearchParams({ redirect_uri: callbackUrl, state, nonce: derive("nonce") });
        if (loginHint !== undefined) query.set("login_hint", loginHint);
        return { url: `https://upstream.example/authorize?${query}` };
      },
      finish: async ({ fields, derive }) => finish(upstream, { ...Object.fromEntries(fields), nonce: derive("nonce") }),
    },
    refresh: ({ connectorData }) => refresh(upstream, connectorData),
  };
}

function createFormPost(upstream: TestUpstream, stateLimit: number): Connector {
  return {
    login: {
      kind: "formPost",
      stateLimit,
      start: async ({ state, derive }) => ({
        action: "https://upstream.example/sso",
        fields: { SAMLRequest: derive("saml-request"), RelayState: state },
      }),
      finish: async ({ fields, derive }) =>
        finish(upstream, { ...Object.fromEntries(fields), requestId: derive("saml-request") }),
    },
  };
}

function createPassword(upstream: TestUpstream): Connector {
  return { login: { kind: "password", check: ({ username }) => finish(upstream, { username }) } };
}

function createHeader(upstream: TestUpstream): Connector {
  return {
    login: {
      kind: "header",
      headers: ["x-remote-user"],
      check: ({ headers }) => finish(upstream, Object.fromEntries(headers)),
    },
  };
}

async function finish(upstream: TestUpstream, fields: Record<string, string>): Promise<LoginResult> {
  upstream.finished.push(fields);
  if (upstream.loginOutcome === "throws") throw new Error("the upstream's answer makes no sense");
  if (upstream.loginOutcome === "hangs") return new Promise(() => undefined);
  if (upstream.loginOutcome === "denied") return { outcome: "denied", detail: "access_denied" };
  return { outcome: "ok", identity: upstream.identity, connectorData: upstream.currentCredential };
}

async function refresh(upstream: TestUpstream, presented: string | undefined): Promise<RefreshResult> {
  upstream.refreshes += 1;
  await upstream.gate;
  if (upstream.refreshOutcome === "throws") throw new Error("the upstream is down");
  // As GitLab does: a credential works once, and a used one is refused.
  if (upstream.refreshOutcome === "denied" || presented !== upstream.currentCredential)
    return { outcome: "denied", detail: "invalid_grant" };
  upstream.currentCredential = `upstream-credential-${upstream.refreshes}`;
  return { outcome: "ok", identity: upstream.identity, connectorData: upstream.currentCredential };
}
