import { importPKCS8, SignJWT } from "jose";
import * as z from "zod";
import type { Clock } from "../../platform/clock.js";
import type { Secret } from "../../platform/secret.js";
import { createSingleFlight } from "../../platform/single-flight.js";
import { fetchJson, type UpstreamCaller } from "../shared/upstream-json.js";

/** A service account of Google that may speak for administrators (domain-wide delegation). */
export interface ServiceAccount {
  /** An access token that reads groups as this administrator. */
  tokenFor(adminEmail: string): Promise<string>;
  /** The token was refused: the next one is a new one. */
  forget(adminEmail: string): void;
}

const KeyFile = z.object({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.string().default("https://oauth2.googleapis.com/token"),
});

const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().default(3_600) });

const scope = "https://www.googleapis.com/auth/admin.directory.group.readonly";
/** The longest that Google takes. */
const assertionSeconds = 3_600;
const marginMs = 60_000;

/** Reads a key file. Rejects with what is wrong with it, and never with what it holds. */
export async function openServiceAccount(
  keyFile: Secret,
  caller: UpstreamCaller & { readonly clock: Clock },
): Promise<ServiceAccount> {
  const { client_email: email, private_key, private_key_id: kid, token_uri: tokenUrl } = parseKeyFile(keyFile);
  const key = await importPKCS8(private_key, "RS256").catch(() => {
    throw new Error("serviceAccountFilePath: private_key is no RSA key in PKCS #8");
  });
  const known = new Map<string, { readonly token: string; readonly endsAt: number }>();
  const once = createSingleFlight<string>();

  /** RFC 7523 section 2.1, as Google documents it for service accounts. */
  async function request(adminEmail: string): Promise<string> {
    const now = Math.floor(caller.clock() / 1_000);
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) })
      .setIssuer(email)
      .setSubject(adminEmail)
      .setAudience(tokenUrl)
      .setIssuedAt(now)
      .setExpirationTime(now + assertionSeconds)
      .sign(key);
    const body = new URLSearchParams({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
    const answer = await fetchJson(caller, TokenAnswer, {
      method: "POST",
      url: tokenUrl,
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

function parseKeyFile(keyFile: Secret): z.infer<typeof KeyFile> {
  let value: unknown;
  try {
    value = JSON.parse(keyFile.reveal());
  } catch {
    // What JSON.parse says of it would quote the key.
    throw new Error("serviceAccountFilePath: the file is no JSON");
  }
  const { data, error } = KeyFile.safeParse(value);
  if (data !== undefined) return data;
  const key = error.issues[0]?.path.join(".") ?? "";
  throw new Error(`serviceAccountFilePath: the file is no key of a service account (${key || "no object"})`);
}
