import type { Server } from "node:http";
import { findFreePort } from "./test-server.js";

/** Who its people are; tests change the claims. */
export type PeerClaims = Record<string, unknown> & { readonly sub: string };

export interface PeerProvider {
  readonly issuer: string;
  readonly people: Map<string, PeerClaims>;
  /** What of its tokens was saved, newest last: kind and id. */
  readonly saved: readonly { readonly kind: string; readonly id: string }[];
  /** Ends everything that a person has allowed. */
  revokeAll(): void;
  stop(): Promise<void>;
}

export const peerClient = { id: "latchkey", secret: "peer-secret-0123456789abcdefghij" } as const;

interface PeerOptions {
  readonly redirectUri: string;
  /** Members of the client's registration. */
  readonly client?: Readonly<Record<string, unknown>>;
  readonly configuration?: Readonly<Record<string, unknown>>;
}

type ProviderClass = new (
  issuer: string,
  configuration: object,
) => { listen(port: number, host: string, ready: () => void): Server };

/** npm's oidc-provider in this process: PKCE required, refresh tokens that rotate, and pages to log in and consent. */
export async function startOidcProvider({ redirectUri, client, configuration }: PeerOptions): Promise<PeerProvider> {
  // The package has no types.
  const name: string = "oidc-provider";
  const { default: Provider } = (await import(name)) as { default: ProviderClass };
  const port = await findFreePort();
  const issuer = `http://127.0.0.1:${port}`;
  const people = new Map<string, PeerClaims>();
  const rows = new Map<string, Record<string, unknown>>();
  const saved: { kind: string; id: string }[] = [];
  const provider = new Provider(issuer, {
    adapter: createAdapter(rows, saved),
    clients: [
      {
        client_id: peerClient.id,
        client_secret: peerClient.secret,
        redirect_uris: [redirectUri],
        grant_types: ["authorization_code", "refresh_token"],
        ...client,
      },
    ],
    cookies: { keys: ["a key for tests"] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    conformIdTokenClaims: false,
    scopes: ["openid", "offline_access", "email", "profile", "groups"],
    claims: { email: ["email", "email_verified"], profile: ["name", "preferred_username"], groups: ["groups"] },
    findAccount: (_context: unknown, accountId: string) => {
      const claims = people.get(accountId);
      return claims && { accountId, claims: async () => claims };
    },
    ...configuration,
  });
  const server = await new Promise<Server>((resolve) => {
    const started: Server = provider.listen(port, "127.0.0.1", () => resolve(started));
  });
  return {
    issuer,
    people,
    saved,
    revokeAll: () => rows.clear(),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The storage contract of oidc-provider, over a map. */
function createAdapter(rows: Map<string, Record<string, unknown>>, saved: { kind: string; id: string }[]) {
  return (kind: string) => {
    const key = (id: string): string => `${kind}:${id}`;
    return {
      async upsert(id: string, payload: Record<string, unknown>) {
        rows.set(key(id), payload);
        saved.push({ kind, id });
      },
      async find(id: string) {
        return rows.get(key(id));
      },
      async consume(id: string) {
        const row = rows.get(key(id));
        if (row !== undefined) row["consumed"] = Math.floor(Date.now() / 1_000);
      },
      async destroy(id: string) {
        rows.delete(key(id));
      },
      async revokeByGrantId(grantId: string) {
        for (const [id, row] of rows) if (row["grantId"] === grantId) rows.delete(id);
      },
      async findByUid(uid: string) {
        return [...rows.values()].find((row) => row["uid"] === uid);
      },
      async findByUserCode() {
        return undefined;
      },
    };
  };
}
