import { openHttpClient } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import { type Connector, type ConnectorContext, type LoginResult, ProbeFailure } from "../port.js";
import { createOAuth2Client } from "../shared/oauth2-client.js";
import { createOAuth2Connector } from "../shared/oauth2-connector.js";
import { probeStep } from "../shared/probe-step.js";
import { sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";
import type { LinkedInOptions } from "./config.js";
import { readMember } from "./member.js";

/** Opens LinkedIn. */
export function openLinkedIn(options: LinkedInOptions, context: ConnectorContext): Promise<Connector> {
  const http = openHttpClient(context.http);
  const caller = { http, pause: context.pause };
  const base = trimSlashes(options.authURL);
  const connector = createOAuth2Connector({
    client: createOAuth2Client({
      ...caller,
      clock: context.clock,
      clientId: options.clientID,
      clientSecret: options.clientSecret,
      authorizationUrl: `${base}/authorization`,
      tokenUrl: `${base}/accessToken`,
      authentication: "body",
      // LinkedIn takes PKCE from native apps alone, at another address, and refuses it from others.
      pkce: "none",
    }),
    clock: context.clock,
    scopes: () => (options.openIDConnect ? ["openid", "profile", "email"] : ["r_liteprofile", "r_emailaddress"]),
    readPerson: ({ accessToken }) => readPerson(options, caller, accessToken),
    close: () => http.close(),
  });
  return Promise.resolve({ ...connector, probe: () => probe(base, caller) });
}

async function readPerson(
  options: LinkedInOptions,
  caller: UpstreamCaller,
  accessToken: string,
): Promise<Exclude<LoginResult, { outcome: "bad-credentials" }>> {
  const { id, name, email, emailVerified } = await readMember(options, caller, accessToken);
  // As Dex: the address is all that many members can be told by.
  if (email === "") return { outcome: "denied", detail: "LinkedIn tells no e-mail address" };
  return {
    outcome: "ok",
    identity: { userId: id, username: name || email, preferredUsername: "", email, emailVerified, groups: [] },
  };
}

/** LinkedIn judges an app only when a code is exchanged: without a person there is nothing more to try. */
async function probe(base: string, caller: UpstreamCaller): Promise<readonly string[]> {
  const request = { url: `${base}/authorization`, followRedirects: false };
  const { status } = await probeStep("authURL", () => sendPatiently(caller, request));
  if (status === 404 || status >= 500) throw new ProbeFailure(`LinkedIn answers with status ${status}`, "authURL");
  return ["LinkedIn answers. It looks at the app only when somebody logs in."];
}
