import type { Connector, LoginResult } from "../../src/connectors/port.js";
import { SamlOptions } from "../../src/connectors/saml/config.js";
import { openSaml } from "../../src/connectors/saml/connector.js";
import { createConnectorContext } from "./connector-context.js";
import { encodeResponse, samlUrls } from "./saml-idp.js";

/** What a flow derives for the request; the request's ID in the messages follows from it. */
export const flowSecret = "0kL_7xQ9-aFlowSecretOf43CharactersInBase64u";
export const requestId = `_${flowSecret}`;

export interface SamlTestOptions extends Readonly<Record<string, unknown>> {
  /** The pinned certificates. */
  readonly ca?: string;
}

/** Opens the connector as the config would: the options go through their schema. */
export function openTestSaml(
  options: SamlTestOptions,
  { now, warn }: { readonly now: () => number; readonly warn?: (message: string) => void },
): Connector {
  const parsed = SamlOptions.parse({
    ssoURL: samlUrls.sso,
    redirectURI: samlUrls.acs,
    usernameAttr: "name",
    emailAttr: "email",
    groupsAttr: "groups",
    ...options,
  });
  return openSaml(parsed, createConnectorContext({ clock: now, ...(warn !== undefined && { warn }) }));
}

/** Hands a response in as the callback does. */
export async function finishSaml(connector: Connector, xml: string): Promise<LoginResult> {
  return finishSamlEncoded(connector, encodeResponse(xml));
}

export async function finishSamlEncoded(connector: Connector, encoded: string): Promise<LoginResult> {
  if (connector.login.kind !== "formPost") throw new Error("a form post login expected");
  return connector.login.finish({
    scopes: { offlineAccess: true, groups: true },
    callbackUrl: samlUrls.acs,
    fields: new Map([["SAMLResponse", encoded]]),
    derive: deriveSaml,
  });
}

export function deriveSaml(purpose: string): string {
  return purpose === "saml-request" ? flowSecret : "";
}
