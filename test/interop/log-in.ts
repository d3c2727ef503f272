import { z } from "zod";
import { createHttpBrowser, findAction, findField, type Visit } from "../support/http-browser.js";
import type { InteropClient } from "./clients.js";
import { callbackUrl, type Issuer } from "./issuer.js";
import { type Login, type RelyingParty, scopes } from "./relying-party.js";

/** What a person does in a browser of their own, from the authorization URL to the redirect to the client. */
export async function visitIssuer(
  issuer: Issuer,
  authorizationUrl: string,
  answer: "approve" | "rejected" = "approve",
): Promise<string> {
  const browser = createHttpBrowser();
  const consent = await browser.follow(authorizationUrl, issuer.origin);
  const done: Visit = await browser.follow(findAction(consent.body, consent.url), issuer.origin, {
    req: findField(consent.body, "req") ?? "",
    approval: answer,
  });
  const location = done.headers.get("location");
  if (location === null) throw new Error(`no redirect to the client: ${done.status} ${done.body}`);
  return location;
}

/** A whole login. */
export async function logInAt(issuer: Issuer, party: RelyingParty, client: InteropClient): Promise<Login> {
  return party.finish(await visitIssuer(issuer, await party.begin(issuer.url, client)));
}

export interface TokenPair {
  readonly idToken: string;
  readonly accessToken: string;
}

/** Tokens of a login that no relying party has looked at. */
export async function obtainTokens(
  issuer: Issuer,
  client: InteropClient,
  nonce: string,
  redirectUri = callbackUrl,
): Promise<TokenPair> {
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: "code",
    scope: scopes.join(" "),
    nonce,
  });
  const callback = new URL(await visitIssuer(issuer, `${issuer.url}/auth?${query}`));
  const response = await fetch(`${issuer.url}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      redirect_uri: redirectUri,
      client_id: client.id,
      client_secret: client.secret,
    }),
  });
  const { id_token, access_token } = TokenAnswer.parse(JSON.parse(await response.text()));
  return { idToken: id_token, accessToken: access_token };
}

const TokenAnswer = z.object({ id_token: z.string(), access_token: z.string() });
