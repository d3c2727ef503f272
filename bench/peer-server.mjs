// The peer beside us: npm's oidc-provider, made to do the same work for a refresh (client secret, rotation, JWT access
// token, ID token) on a SQLite file with `synchronous=FULL`. Usage: node peer-server.mjs PORT FILE ALGORITHM FAMILIES
import { generateKeyPairSync } from "node:crypto";
import Provider from "oidc-provider";
import { Database } from "./sqlite.mjs";

const [port, file, algorithm, families] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const api = "urn:bench:api";
const scope = "openid email profile offline_access";

const database = new Database(file);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec(
  `CREATE TABLE t (id TEXT PRIMARY KEY, payload TEXT NOT NULL, grant_id TEXT, expires_at INTEGER) STRICT;
   CREATE INDEX t_grant ON t (grant_id)`,
);
const statements = {
  put: database.prepare("INSERT OR REPLACE INTO t VALUES (?, ?, ?, ?)"),
  get: database.prepare("SELECT payload FROM t WHERE id = ?"),
  consume: database.prepare("UPDATE t SET payload = json_set(payload, '$.consumed', unixepoch()) WHERE id = ?"),
  remove: database.prepare("DELETE FROM t WHERE id = ?"),
  revoke: database.prepare("DELETE FROM t WHERE grant_id = ?"),
};

/** The least that its adapter contract asks for; one commit per call, as the contract has it. */
class SqliteAdapter {
  #name;

  constructor(name) {
    this.#name = name;
  }

  async upsert(id, payload, expiresIn) {
    statements.put.run(
      this.#key(id),
      JSON.stringify(payload),
      payload.grantId ?? null,
      Math.floor(Date.now() / 1_000) + expiresIn,
    );
  }

  async find(id) {
    const row = statements.get.get(this.#key(id));
    return row && JSON.parse(row.payload);
  }

  async consume(id) {
    statements.consume.run(this.#key(id));
  }

  async destroy(id) {
    statements.remove.run(this.#key(id));
  }

  async revokeByGrantId(grantId) {
    statements.revoke.run(grantId);
  }

  async findByUid() {}

  async findByUserCode() {}

  #key(id) {
    return `${this.#name}:${id}`;
  }
}

const provider = new Provider(issuer, {
  adapter: SqliteAdapter,
  jwks: { keys: [createJwk()] },
  clients: [
    {
      client_id: "bench",
      client_secret: "bench-secret-0123456789",
      redirect_uris: ["https://client.example/callback"],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      id_token_signed_response_alg: algorithm,
      token_endpoint_auth_method: "client_secret_basic",
    },
  ],
  cookies: { keys: ["bench"] },
  clientAuthMethods: ["client_secret_basic"],
  enabledJWA: { idTokenSigningAlgValues: [algorithm] },
  claims: { email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  conformIdTokenClaims: false,
  rotateRefreshToken: true,
  async findAccount(_context, accountId) {
    const claims = { sub: accountId, email: "kilgore@kilgore.trout", email_verified: true, name: "Kilgore Trout" };
    return { accountId, claims: async () => ({ ...claims, preferred_username: "kilgore" }) };
  },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "read", accessTokenFormat: "jwt", jwt: { sign: { alg: algorithm } } }),
    },
  },
});

const tokens = [];
const client = await provider.Client.find("bench");
for (let index = 0; index < Number(families); index++) tokens.push(await createFamily(`person-${index}`));
provider.listen(Number(port), "127.0.0.1");
process.on("message", (message) => {
  if (message === "tokens") process.send(tokens);
});

async function createFamily(accountId) {
  const grant = new provider.Grant({ accountId, clientId: "bench" });
  grant.addOIDCScope(scope);
  grant.addResourceScope(api, "read");
  const now = Math.floor(Date.now() / 1_000);
  const token = new provider.RefreshToken({
    accountId,
    client,
    grantId: await grant.save(),
    gty: "authorization_code",
    authTime: now,
    iiat: now,
    rotations: 0,
    nonce: "n",
    claims: {},
    resource: api,
    scope: `${scope} read`,
  });
  return token.save();
}

function createJwk() {
  const options = {
    RS256: ["rsa", { modulusLength: 2_048 }],
    ES256: ["ec", { namedCurve: "P-256" }],
    EdDSA: ["ed25519"],
  };
  const { privateKey } = generateKeyPairSync(...options[algorithm]);
  return { ...privateKey.export({ format: "jwk" }), alg: algorithm, use: "sig", kid: "bench" };
}
