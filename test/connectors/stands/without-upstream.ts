import * as z from "zod";
import type { CatalogueEntry } from "../../../src/connectors/catalogue.js";
import type { Connector, LoginResult } from "../../../src/connectors/port.js";
import { findAllowedGroups, notInAllowedGroups } from "../../../src/connectors/shared/allowed-groups.js";
import { onlyLogin } from "../../../src/connectors/shared/only-login.js";
import { type Behaviour, type ConnectorStand, type LoginWay, noUpstream, type StandPerson } from "../stand.js";

// Two types whose answer comes by the browser alone, as SAML's and a proxy's do: the ways to log in that no other stand
// of these tests goes.

const Options = z.object({ groups: z.array(z.string()) });
const Told = z.object({ id: z.string(), name: z.string(), email: z.string(), groups: z.array(z.string()) });

const skips = {
  ...noUpstream,
  revoked: "the upstream can't be asked again",
  changes: "the upstream can't be asked again",
};

export const postedStand = createStand("testPosted", "formPost", (told) => ({
  kind: "formPost",
  visit: async (start) => new Map([["told", told()], ...("fields" in start ? Object.entries(start.fields) : [])]),
}));

export const proxiedStand = createStand("testProxied", "header", (told) => ({
  kind: "header",
  headers: () => new Map([["x-told", told()]]),
  peer: "127.0.0.1",
}));

function createStand(
  type: string,
  login: "formPost" | "header",
  createWay: (told: () => string) => LoginWay,
): ConnectorStand {
  return {
    type,
    connectorType: createType(login),
    places: [],
    identityOf: ({ id, name, email, groups }) => ({
      ...{ userId: id, username: name, preferredUsername: "", email, groups },
      emailVerified: true,
    }),
    skips,
    secrets: [],
    start: async () => {
      let behaviour: Behaviour = { kind: "well" };
      let person: StandPerson | undefined;
      const told = (): string => {
        if (behaviour.kind === "denied") return JSON.stringify({ denied: true });
        return JSON.stringify({ ...person, ...(behaviour.kind === "id-missing" && { id: undefined }) });
      };
      return {
        settings: ({ restricted }) => ({ groups: restricted ? ["crew"] : [] }),
        way: createWay(told),
        setPerson: (next) => {
          person = next;
        },
        setBehaviour: (next) => {
          behaviour = next;
        },
        stop: () => Promise.resolve(),
      };
    },
  };
}

function createType(kind: "formPost" | "header"): CatalogueEntry {
  return {
    options: Options,
    capabilities: { ...onlyLogin, login: kind, groups: "always" },
    open: async (options) => ({ login: createLogin(kind, Options.parse(options).groups) }),
  };
}

function createLogin(kind: "formPost" | "header", allowed: readonly string[]): Connector["login"] {
  if (kind === "header") {
    return { kind, headers: ["x-told"], check: async ({ headers }) => judge(headers.get("x-told"), allowed) };
  }
  return {
    kind,
    stateLimit: 80,
    start: async ({ state }) => ({ action: "https://upstream.example/sso", fields: { RelayState: state } }),
    finish: async ({ fields }) => judge(fields.get("told"), allowed),
  };
}

function judge(told: string | undefined, allowed: readonly string[]): LoginResult {
  const answer: unknown = JSON.parse(told ?? "");
  if (z.object({ denied: z.literal(true) }).safeParse(answer).success) return { outcome: "denied", detail: "no" };
  const { id, name, email, groups: all } = Told.parse(answer);
  const groups = findAllowedGroups(all, allowed);
  if (groups === undefined) return notInAllowedGroups;
  const identity = { userId: id, username: name, preferredUsername: "", email, emailVerified: true, groups };
  return { outcome: "ok", identity };
}
