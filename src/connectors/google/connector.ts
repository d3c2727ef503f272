import { type Connector, type ConnectorContext, ProbeFailure } from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import type { Reading } from "../shared/oidc/oidc-login.js";
import { type OidcConnectorSettings, type OpenedParts, openOidcConnector } from "../shared/oidc/open-oidc-connector.js";
import type { PersonResult } from "../shared/oidc/read-identity.js";
import { bareRefreshData } from "../shared/oidc/refresh-data.js";
import type { Claims } from "../shared/oidc/signed-token.js";
import type { GoogleOptions } from "./config.js";
import { createServiceAccount } from "./delegation.js";
import { createDirectory, type Directory } from "./directory.js";
import { openKeyFile } from "./key-file.js";
import { createMachineAccount, metadataHost } from "./machine-account.js";

/** Opens a connector for accounts of Google. */
export async function openGoogle(options: GoogleOptions, context: ConnectorContext): Promise<Connector> {
  const directories: Directory[] = [];
  // Google has nowhere to end a session.
  const { logout: _none, ...connector } = await openOidcConnector(
    createSettings(options),
    besideProxy(context),
    async (parts) => {
      const directory = await openDirectory(options, context, parts);
      if (directory !== undefined) directories.push(directory);
      return (claims, reading) => readPerson(options, directory, claims, reading);
    },
  );
  const probe = async (): Promise<readonly string[]> => [
    ...((await connector.probe?.()) ?? []),
    ...(await Promise.all(directories.map((directory) => probeDirectory(directory, options)))).flat(),
  ];
  return { ...connector, probe };
}

/** The machine's own metadata is out of reach of any proxy. */
function besideProxy(context: ConnectorContext): ConnectorContext {
  const { http } = context;
  const exceptions = [http.proxy.exceptions, metadataHost].filter((each) => each !== "").join(",");
  return { ...context, http: { ...http, proxy: { ...http.proxy, exceptions } } };
}

function createSettings(options: GoogleOptions): OidcConnectorSettings {
  const { hostedDomains = [], promptType } = options;
  // A hint for Google's page only: what decides is `hd` of the ID token.
  const hint = hostedDomains.length > 1 ? "*" : hostedDomains[0];
  return {
    issuer: options.issuer,
    clientId: options.clientID,
    clientSecret: options.clientSecret,
    redirectUri: options.redirectURI,
    trust: {},
    scopes: options.scopes,
    parameters: ({ offlineAccess }) => ({
      hd: hint,
      ...(offlineAccess && { access_type: "offline", prompt: promptType || undefined }),
    }),
    getsUserInfo: false,
    needsIdToken: true,
    refreshData: bareRefreshData,
  };
}

async function openDirectory(
  options: GoogleOptions,
  { pause, clock }: ConnectorContext,
  { http }: OpenedParts,
): Promise<Directory | undefined> {
  const { serviceAccountFilePath: file, adminEmail, domainToAdminEmail = {} } = options;
  const listed = Object.entries(domainToAdminEmail).map(([domain, admin]) => [domain.toLowerCase(), admin] as const);
  const admins = new Map([...listed, ...(adminEmail === undefined ? [] : ([["*", adminEmail]] as const))]);
  if (admins.size === 0) return undefined;
  const caller = { http, pause, clock };
  const { metadataURL: metadataUrl, iamURL: iamUrl, tokenURL: tokenUrl } = options;
  const machine = { ...caller, metadataUrl, iamUrl, tokenUrl };
  const signer = file === undefined ? createMachineAccount(machine) : await openKeyFile(file);
  return createDirectory({
    ...caller,
    url: options.directoryURL,
    account: createServiceAccount(signer, caller),
    admins,
    isTransitive: options.fetchTransitiveGroupMembership,
  });
}

async function readPerson(
  options: GoogleOptions,
  directory: Directory | undefined,
  claims: Claims,
  { wanted, previous }: Reading,
): Promise<PersonResult> {
  const { hostedDomains = [], groups: allowed = [] } = options;
  const { sub, hd } = claims;
  if (typeof sub !== "string" || sub === "") return { outcome: "denied", detail: "the ID token holds no sub" };
  if (hostedDomains.length > 0 && !(typeof hd === "string" && hostedDomains.includes(hd))) {
    return { outcome: "denied", detail: "the account is in none of hostedDomains" };
  }
  const person = {
    userId: sub,
    // Google may leave the name out of a refresh.
    username: textOf(claims["name"]) ?? previous?.username ?? "",
    preferredUsername: "",
    email: textOf(claims["email"]) ?? "",
    emailVerified: claims["email_verified"] === true,
  };
  // A restriction holds whatever the client asked for (dex-connectors O-7). What is read at a refresh serves every client of
  // this login: one that asks for less must not take the groups away from the others.
  const isWanted = wanted.groups || allowed.length > 0 || (previous?.groups ?? []).length > 0;
  if (directory === undefined || !isWanted) {
    return { outcome: "ok", identity: { ...person, groups: [] } };
  }
  // Groups go by address: one that nobody has checked must not give any.
  const found = person.emailVerified && person.email !== "" ? await directory.listGroups(person.email) : [];
  if (found === undefined)
    return { outcome: "denied", detail: "no administrator is configured for the person's domain" };
  const groups = findAllowedGroups(found, allowed);
  return groups === undefined ? notInAllowedGroups : { outcome: "ok", identity: { ...person, groups } };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

async function probeDirectory(directory: Directory, options: GoogleOptions): Promise<readonly string[]> {
  const own = options.adminEmail === undefined ? "domainToAdminEmail" : "adminEmail";
  const key = options.serviceAccountFilePath === undefined ? own : "serviceAccountFilePath";
  const admins = directory.admins();
  for (const admin of admins) {
    await directory.tryAdmin(admin).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new ProbeFailure(`groups can't be read as ${admin}: ${reason}`, key);
    });
  }
  return [`groups can be read as ${admins.join(", ")}`];
}
