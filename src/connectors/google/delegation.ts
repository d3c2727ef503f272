import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import { createSingleFlight } from "../../platform/single-flight.js";
import { fetchJson, type UpstreamCaller } from "../shared/upstream-json.js";

/** A service account of Google that may speak for administrators (domain-wide delegation). */
export interface ServiceAccount {
  /** An access token that reads groups as this administrator. */
  tokenFor(adminEmail: string): Promise<string>;
  /** The token was refused: the next one is a new one. */
  forget(adminEmail: string): void;
}

const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().default(3_600) });

const scope = "https://www.googleapis.com/auth/admin.directory.group.readonly";
/** The longest that Google takes. */
const assertionSeconds = 3_600;
const marginMs = 60_000;

/** Claims of RFC 7523 section 3, but for the issuer: that is the account. */
export interface AssertionClaims {
  readonly sub: string;
  readonly scope: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
}

/** What has the key of a service account, or can have something signed by it. */
export interface AssertionSigner {
  readonly tokenUrl: string;
  sign(claims: AssertionClaims): Promise<string>;
}

export function createServiceAccount(
  signer: AssertionSigner,
  caller: UpstreamCaller & { readonly clock: Clock },
): ServiceAccount {
  const known = new Map<string, { readonly token: string; readonly endsAt: number }>();
  const once = createSingleFlight<string>();

  /** RFC 7523 section 2.1, as Google documents it for service accounts. */
  async function request(adminEmail: string): Promise<string> {
    const now = Math.floor(caller.clock() / 1_000);
    const assertion = await signer.sign({
      sub: adminEmail,
      scope,
      aud: signer.tokenUrl,
      iat: now,
      exp: now + assertionSeconds,
    });
    const body = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
    const answer = await fetchJson(caller, TokenAnswer, {
      method: "POST",
      url: signer.tokenUrl,
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    known.set(adminEmail, { token: answer.access_token, endsAt: caller.clock() + answer.expires_in * 1_000 });
    return answer.access_token;
  }

  return {
    async tokenFor(adminEmail) {
      const current = known.get(adminEmail);
      if (current !== undefined && current.endsAt - marginMs > caller.clock()) return current.token;
      return once(adminEmail, () => request(adminEmail));
    },
    forget: (adminEmail) => known.delete(adminEmail),
  };
}
