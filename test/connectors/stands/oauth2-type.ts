import * as z from "zod";
import type { CatalogueEntry } from "../../../src/connectors/catalogue.js";
import type { Connector, ConnectorContext } from "../../../src/connectors/port.js";
import { findAllowedGroups, notInAllowedGroups } from "../../../src/connectors/shared/allowed-groups.js";
import { createOAuth2Client } from "../../../src/connectors/shared/oauth2-client.js";
import { createOAuth2Connector } from "../../../src/connectors/shared/oauth2-connector.js";
import { onlyLogin } from "../../../src/connectors/shared/only-login.js";
import { secretText } from "../../../src/connectors/shared/secret-text.js";
import { fetchJson } from "../../../src/connectors/shared/upstream-json.js";
import { openHttpClient } from "../../../src/platform/http-client.js";

const Options = z.object({
  base: z.string(),
  clientSecret: secretText("Of the simulated upstream."),
  groups: z.array(z.string()).optional(),
});

/** The connector of the simulator, on the parts that every such connector is built from. */
export const simulatedType: CatalogueEntry = {
  options: Options,
  capabilities: {
    ...onlyLogin,
    login: "redirect",
    refresh: "always",
    groups: "always",
    preferredUsername: "always",
  },
  open: async (value, context) => openSimulated(Options.parse(value), context),
};

const User = z.object({ id: z.number(), name: z.string(), login: z.string(), email: z.string() });
const Groups = z.array(z.object({ name: z.string() }));

function openSimulated(options: z.infer<typeof Options>, { clock, pause, ...context }: ConnectorContext): Connector {
  const http = openHttpClient(context.http);
  const caller = { http, pause };
  const client = createOAuth2Client({
    ...caller,
    clock,
    clientId: "latchkey",
    clientSecret: options.clientSecret,
    authorizationUrl: `${options.base}/authorize`,
    tokenUrl: `${options.base}/token`,
    authentication: "body",
    pkce: "S256",
  });
  return createOAuth2Connector({
    client,
    clock,
    scopes: () => ["user"],
    readPerson: async ({ accessToken }) => {
      const headers = { authorization: `Bearer ${accessToken}` };
      const user = await fetchJson(caller, User, { url: `${options.base}/user`, headers });
      const told = await fetchJson(caller, Groups, { url: `${options.base}/groups`, headers });
      const groups = findAllowedGroups(
        told.map(({ name }) => name),
        options.groups,
      );
      if (groups === undefined) return notInAllowedGroups;
      const { id, name: username, login: preferredUsername, email } = user;
      const identity = { userId: String(id), username, preferredUsername, email, emailVerified: true, groups };
      return { outcome: "ok", identity };
    },
    close: http.close,
  });
}
