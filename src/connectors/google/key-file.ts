import { importPKCS8, SignJWT } from "jose";
import * as z from "zod";
import type { Secret } from "../../platform/secret.js";
import type { AssertionSigner } from "./delegation.js";

const KeyFile = z.object({
  type: z.literal("service_account"),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.string().default("https://oauth2.googleapis.com/token"),
});

/** Signs with the key of a file. Rejects with what is wrong with the file, and never with what it holds. */
export async function openKeyFile(file: Secret): Promise<AssertionSigner> {
  const { client_email: email, private_key, private_key_id: kid, token_uri: tokenUrl } = parseKeyFile(file);
  const key = await importPKCS8(private_key, "RS256").catch(() => {
    throw new Error("serviceAccountFilePath: private_key is no RSA key in PKCS #8");
  });
  return {
    tokenUrl,
    sign: (claims) =>
      new SignJWT({ ...claims, iss: email })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid !== undefined && { kid }) })
        .sign(key),
  };
}

function parseKeyFile(file: Secret): z.infer<typeof KeyFile> {
  let value: unknown;
  try {
    value = JSON.parse(file.reveal());
  } catch {
    // What JSON.parse says of it would quote the key.
    throw new Error("serviceAccountFilePath: the file is no JSON");
  }
  const { data, error } = KeyFile.safeParse(value);
  if (data !== undefined) return data;
  const key = error.issues[0]?.path.join(".") ?? "";
  throw new Error(`serviceAccountFilePath: the file is no key of a service account (${key || "no object"})`);
}
