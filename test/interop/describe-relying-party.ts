import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kilgore } from "../../src/connectors/shared/invented-person.js";
import { type SigningAlgorithm, signingAlgorithms } from "../../src/oidc/signing-algorithm.js";
import { clients } from "./clients.js";
import { createForgeries, readPublicKey } from "./forged-tokens.js";
import { type Issuer, startIssuer } from "./issuer.js";
import { logInAt, obtainTokens, type TokenPair, visitIssuer } from "./log-in.js";
import type { Login, RelyingParty } from "./relying-party.js";

/** What a library offers; the rest is not asked of it, and stands in docs/interoperability.md. */
export interface Offer {
  readonly start: () => RelyingParty;
  /** Default: all. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** Whether it compares `at_hash` with the access token. */
  readonly checksAtHash: boolean;
  /** For a library in this process, whose clock the test owns: sets it to the machine's plus this. */
  readonly setClock?: (aheadMs: number) => void;
}

const paths: Readonly<Record<SigningAlgorithm, string>> = { RS256: "/dex", ES256: "", EdDSA: "/a/deep/path" };

/** What every relying party has to manage, whatever it is built on. */
export function describeRelyingParty(offer: Offer): void {
  const algorithms = offer.algorithms ?? signingAlgorithms;
  let party: RelyingParty;
  const issuers = new Map<SigningAlgorithm, Issuer>();

  function requireIssuer(algorithm: SigningAlgorithm): Issuer {
    const issuer = issuers.get(algorithm);
    if (issuer === undefined) throw new Error(`no issuer with ${algorithm}`);
    return issuer;
  }

  beforeAll(async () => {
    party = offer.start();
    await Promise.all(
      algorithms.map(async (algorithm) =>
        issuers.set(algorithm, await startIssuer({ algorithm, path: paths[algorithm] })),
      ),
    );
  });

  afterAll(async () => {
    await Promise.all([party.stop(), ...[...issuers.values()].map((issuer) => issuer.stop())]);
  });

  describe.each(algorithms)("with %s", (algorithm) => {
    it.each([clients.basic, clients.post, clients.public])(
      "logs in with PKCE, verifies the ID token, reads userinfo and refreshes twice as a client of $authMethod",
      async (client) => {
        const issuer = requireIssuer(algorithm);
        const login = await logInAt(issuer, party, client);
        const { email, username } = kilgore;
        expect([login.claims["aud"]].flat()).toEqual([client.id]);
        expect(login.claims).toMatchObject({ iss: issuer.url, email, name: username });
        expect(login.claims["nonce"]).toEqual(expect.any(String));
        expect(login.userinfo).toMatchObject({ sub: login.claims["sub"], email, name: username });
        const first = await party.refresh();
        const second = await party.refresh();
        expect(new Set([login, first, second].map(({ refreshToken }) => refreshToken)).size).toBe(3);
        for (const refreshed of [first, second]) expect(keptClaims(refreshed)).toEqual(keptClaims(login));
      },
    );

    it("accepts the ID token of its login, and none that was forged or belongs to something else", async () => {
      const issuer = requireIssuer(algorithm);
      const url = await party.begin(issuer.url, clients.basic);
      const own = await party.finish(await visitIssuer(issuer, url));
      const nonce = new URL(url).searchParams.get("nonce") ?? "";
      const sibling = await obtainTokens(issuer, clients.basic, nonce);
      const accepted = await findAccepted(party, {
        "of its login": own,
        "of the same client with the same nonce": sibling,
        "of another login": await obtainTokens(issuer, clients.basic, "another-nonce"),
        "for another client": await obtainTokens(issuer, clients.other, nonce),
        "of another issuer": await obtainTokens(requireIssuer(findOther(algorithm)), clients.basic, nonce),
        "that has expired": await obtainOldTokens(issuer, nonce),
        ...(offer.checksAtHash && { "beside another access token": { ...own, accessToken: sibling.accessToken } }),
        ...Object.fromEntries(
          Object.entries(createForgeries(algorithm, await readPublicKey(issuer))).map(([what, forge]) => [
            what,
            { ...own, idToken: forge(own.idToken) },
          ]),
        ),
      });
      expect(accepted).toEqual(["of its login", "of the same client with the same nonce"]);
    });
  });

  it("refuses an answer with another state, and one of another issuer (RFC 9207)", async () => {
    const issuer = requireIssuer("RS256");
    for (const [name, value] of [
      ["state", "another-state"],
      ["iss", "https://another.example.com"],
    ] as const) {
      const callback = new URL(await visitIssuer(issuer, await party.begin(issuer.url, clients.basic)));
      callback.searchParams.set(name, value);
      await expect(party.finish(callback.href)).rejects.toThrow();
    }
  });

  it("hears that the person has refused", async () => {
    const issuer = requireIssuer("RS256");
    const callback = await visitIssuer(issuer, await party.begin(issuer.url, clients.public), "rejected");
    expect(await findReason(party.finish(callback))).toContain("access_denied");
  });

  it("cannot refresh after it has revoked its refresh token, where the library can revoke", async () => {
    const issuer = requireIssuer("RS256");
    for (const client of [clients.basic, clients.post, clients.public]) {
      await logInAt(issuer, party, client);
      if (party.revoke === undefined) return;
      await party.revoke();
      expect(await findReason(party.refresh())).toContain("invalid_grant");
    }
  });

  it("follows a rotation of the signing keys with a key set that it has read before", async () => {
    const issuer = await startIssuer({ algorithm: "ES256", path: "/dex", rotation: "3m", aheadMs: -300_000 });
    const rotating = offer.start();
    try {
      offer.setClock?.(-300_000);
      const { idToken } = await logInAt(issuer, rotating, clients.basic);
      await issuer.setClock(-150_000);
      expect(await issuer.readKeysAgain()).toBe(2);
      await issuer.setClock(0);
      offer.setClock?.(0);
      expect(readKeyId((await rotating.refresh()).idToken)).not.toBe(readKeyId(idToken));
      await logInAt(issuer, rotating, clients.basic);
    } finally {
      offer.setClock?.(0);
      await Promise.all([rotating.stop(), issuer.stop()]);
    }
  });
}

/** Claims that no refresh may change (OpenID Connect Core §12.2). */
function keptClaims({ claims }: Login) {
  const { iss, sub, aud, auth_time } = claims;
  return { iss, sub, aud, auth_time };
}

/** Which of these tokens the relying party takes for those of its running login. */
async function findAccepted(
  party: RelyingParty,
  candidates: Readonly<Record<string, TokenPair>>,
): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (const [what, { idToken, accessToken }] of Object.entries(candidates)) {
    const isAccepted = await party.verify(idToken, accessToken).then(
      () => true,
      () => false,
    );
    if (isAccepted) accepted.push(what);
  }
  return accepted;
}

/** What the library says of a failure: in the message, or in a member of its error. */
async function findReason(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => "it succeeded",
    (error: unknown) => `${error} ${JSON.stringify(error)}`,
  );
}

/** Tokens of two days ago, which lived for one, signed by a key that is still published. */
async function obtainOldTokens(issuer: Issuer, nonce: string): Promise<TokenPair> {
  await issuer.setClock(-48 * 3_600_000);
  try {
    return await obtainTokens(issuer, clients.basic, nonce);
  } finally {
    await issuer.setClock(0);
  }
}

function findOther(algorithm: SigningAlgorithm): SigningAlgorithm {
  return algorithm === "RS256" ? "ES256" : "RS256";
}

function readKeyId(token: string): unknown {
  const [header = ""] = token.split(".");
  return JSON.parse(Buffer.from(header, "base64url").toString()).kid;
}
