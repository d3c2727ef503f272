import { describe, expect, it } from "vitest";
import * as z from "zod";
import { parseDuration } from "../../platform/duration.js";
import { unwrap } from "../read-shape.js";
import { ConfigFile } from "./top.js";

interface Key {
  readonly path: string;
  readonly schema: z.ZodType;
}

function listKeys(schema: z.ZodType, path = ""): readonly Key[] {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodType) return listKeys(inner.element, `${path}[]`);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape).flatMap(([name, member]) => {
    const at = path === "" ? name : `${path}.${name}`;
    return member instanceof z.ZodType ? [{ path: at, schema: member }, ...listKeys(member, at)] : [];
  });
}

const keys = listKeys(ConfigFile);

/** Every key of Dex's configuration (dex-behaviour §1.7), but for the settings of storage and connector types. */
const dexKeys = `issuer storage storage.type storage.config storage.config.file
web.http web.https web.tlsCert web.tlsKey web.tlsMinVersion web.tlsMaxVersion web.allowedOrigins web.allowedHeaders
web.headers.Content-Security-Policy web.headers.X-Frame-Options web.headers.X-Content-Type-Options
web.headers.X-XSS-Protection web.headers.Strict-Transport-Security web.clientRemoteIP.header
web.clientRemoteIP.trustedProxies telemetry.http telemetry.enableProfiling
grpc.addr grpc.tlsCert grpc.tlsKey grpc.tlsClientCA grpc.tlsMinVersion grpc.tlsMaxVersion grpc.reflection
expiry.signingKeys expiry.idTokens expiry.authRequests expiry.deviceRequests expiry.refreshTokens.disableRotation
expiry.refreshTokens.reuseInterval expiry.refreshTokens.absoluteLifetime expiry.refreshTokens.validIfNotUsedFor
logger.level logger.format logger.excludeFields oauth2.grantTypes oauth2.responseTypes oauth2.skipApprovalScreen
oauth2.alwaysShowLoginScreen oauth2.passwordConnector oauth2.pkce.enforce oauth2.pkce.codeChallengeMethodsSupported
signer.type signer.config.keysRotationPeriod signer.config.algorithm
frontend.dir frontend.logoURL frontend.issuer frontend.theme frontend.extra
connectors[].type connectors[].id connectors[].name connectors[].config connectors[].grantTypes
staticClients[].id staticClients[].idEnv staticClients[].secret staticClients[].secretEnv staticClients[].redirectURIs
staticClients[].postLogoutRedirectURIs staticClients[].backchannelLogoutURI staticClients[].refreshTokenLifetime
staticClients[].trustedPeers staticClients[].public staticClients[].name staticClients[].logoURL
staticClients[].allowedConnectors staticClients[].mfaChain staticClients[].ssoSharedWith
staticClients[].clientCredentialsClaims enablePasswordDB staticPasswords[].email staticPasswords[].hash
staticPasswords[].hashFromEnv staticPasswords[].username staticPasswords[].name staticPasswords[].preferredUsername
staticPasswords[].emailVerified staticPasswords[].groups staticPasswords[].userID
sessions.cookieName sessions.absoluteLifetime sessions.validIfNotUsedFor sessions.rememberMeCheckedByDefault
sessions.cookieEncryptionKey sessions.ssoSharedWithDefault mfa.authenticators[].id mfa.authenticators[].type
mfa.authenticators[].config mfa.authenticators[].connectorTypes mfa.defaultMFAChain`.split(/\s+/);

describe("the schema of the configuration", () => {
  it("has every key of Dex", () => {
    const paths = keys.map(({ path }) => path);
    expect(dexKeys.filter((key) => !paths.includes(key))).toEqual([]);
  });

  it("describes every key", () => {
    expect(keys.filter(({ schema }) => !schema.meta()?.description).map(({ path }) => path)).toEqual([]);
  });

  it("names the unit of every number, and of everything that lasts", () => {
    const lasting =
      /\.(idTokens|auth(Requests|Codes)|deviceRequests|signingKeys|keysRotationPeriod|reuseInterval|absoluteLifetime|valid(If|For)\w+)$/;
    const counted = keys.filter(({ path, schema }) => unwrap(schema) instanceof z.ZodNumber || lasting.test(path));
    expect(counted.length).toBeGreaterThan(10);
    expect(counted.filter(({ schema }) => !schema.meta()?.["unit"]).map(({ path }) => path)).toEqual([]);
  });

  it("has defaults that it takes itself", () => {
    const defaults = ConfigFile.parse({ signer: {} });
    expect(ConfigFile.parse(defaults)).toEqual(defaults);
    for (const { path, schema } of keys) {
      const isDuration = schema.meta()?.["unit"] === "Go duration";
      if (isDuration && schema instanceof z.ZodDefault) {
        expect([path, parseDuration(String(schema.def.defaultValue)) > 0]).toEqual([path, true]);
      }
    }
  });

  it("marks every secret", () => {
    const secrets = keys.filter(({ schema }) => schema.meta()?.["secret"] === true).map(({ path }) => path);
    expect(secrets).toEqual([
      "storage.encryptionKeys",
      "staticClients[].secret",
      "staticPasswords[].hash",
      "sessions.cookieEncryptionKey",
    ]);
  });
});
