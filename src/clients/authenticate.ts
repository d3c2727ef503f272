import { OAuthError } from "../oidc/oauth-error.js";
import type { Parameters } from "../oidc/parameters.js";
import { decodeUtf8 } from "../platform/encoding.js";
import { decodeComponent, FormSyntaxError } from "../platform/form.js";
import { isSameText, sha256 } from "../platform/hashing.js";
import type { Client } from "../records/client.js";
import type { ClientRegistry } from "./registry.js";

export interface ClientCredentials {
  readonly clientId: string;
  readonly secret?: string;
  readonly method: "basic" | "post" | "none";
}

/**
 * Reads the client's credentials from the `Authorization` header or the body (RFC 6749 §2.3.1). Two secrets at once are
 * refused (§2.3: a client must not use more than one method); a repeated `client_id` in the body must be the same.
 */
export function parseClientCredentials(authorization: string | undefined, parameters: Parameters): ClientCredentials {
  const bodyId = parameters.find("client_id");
  const bodySecret = parameters.find("client_secret");
  if (authorization === undefined) {
    if (bodyId === undefined) throw new OAuthError("invalid_client", "No client authentication was sent.");
    return bodySecret === undefined
      ? { clientId: bodyId, method: "none" }
      : { clientId: bodyId, secret: bodySecret, method: "post" };
  }
  const basic = parseBasic(authorization);
  if (bodySecret !== undefined) {
    throw new OAuthError(
      "invalid_request",
      "Use one way of client authentication: the Authorization header or the body.",
    );
  }
  if (bodyId !== undefined && bodyId !== basic.clientId) {
    throw new OAuthError("invalid_request", "client_id differs from the one in the Authorization header.");
  }
  return basic;
}

/**
 * The client that sent this request. A client with a secret proves it, a public one too where it has one; unknown
 * client and wrong secret give the same answer.
 */
export async function authenticateClient(
  registry: ClientRegistry,
  authorization: string | undefined,
  parameters: Parameters,
): Promise<Client> {
  const credentials = parseClientCredentials(authorization, parameters);
  const client = await registry.find(credentials.clientId);
  if (client !== undefined && hasProved(client, credentials.secret)) return client;
  throw new OAuthError("invalid_client", "Invalid client credentials.", {
    detail: client === undefined ? "unknown client" : credentials.secret === undefined ? "no secret" : "wrong secret",
    clientId: credentials.clientId,
    ...(credentials.method === "basic" && { scheme: "Basic" }),
  });
}

function hasProved(client: Client, secret: string | undefined): boolean {
  // No secret on file and none sent: only public clients are configured that way.
  if (client.secretHash === undefined) return client.isPublic && secret === undefined;
  return secret !== undefined && isSameText(sha256(secret), client.secretHash);
}

function parseBasic(authorization: string): ClientCredentials {
  const match = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization);
  const text = match?.[1] === undefined ? undefined : decodeUtf8(Buffer.from(match[1], "base64"));
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon === -1) {
    throw new OAuthError("invalid_client", "The Authorization header is not a Basic one.", { scheme: "Basic" });
  }
  const clientId = decodePart(text.slice(0, colon));
  const secret = decodePart(text.slice(colon + 1));
  return { clientId, method: "basic", ...(secret !== "" && { secret }) };
}

/** Both halves are form-encoded before they are joined (RFC 6749 §2.3.1). */
function decodePart(part: string): string {
  try {
    return decodeComponent(Buffer.from(part, "utf8").toString("latin1"));
  } catch (error) {
    if (error instanceof FormSyntaxError) {
      throw new OAuthError(
        "invalid_request",
        "client_id or client_secret is improperly encoded in the Authorization header.",
      );
    }
    throw error;
  }
}
