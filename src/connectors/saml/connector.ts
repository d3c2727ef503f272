import type { KeyObject } from "node:crypto";
import type { Identity } from "../../records/identity.js";
import type {
  Connector,
  ConnectorContext,
  FinishInput,
  FormPostStart,
  LoginResult,
  RefreshInput,
  RefreshResult,
  StartInput,
} from "../port.js";
import { findAllowedGroups, notInAllowedGroups } from "../shared/allowed-groups.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { createRequestId, formatAuthnRequest } from "./authn-request.js";
import { isValidAt, type PinnedCertificate, parseCertificates } from "./certificates.js";
import { checkAssertion } from "./check-assertion.js";
import { checkResponse } from "./check-response.js";
import { findNameIdFormat, type SamlOptions } from "./config.js";
import { parseMessage } from "./parse-message.js";
import { probeSaml } from "./probe.js";
import { readPerson } from "./read-person.js";
import { findPerson, formatPerson } from "./stored-person.js";
import { trustMessage } from "./trust-message.js";

/** SAML Bindings section 3.4.3: a RelayState that is longer need not come back. */
const relayStateLimit = 80;

/** A SAML 2.0 identity provider: web browser single sign-on, both ways by POST (SAML Profiles section 4.1). */
export function openSaml(options: SamlOptions, context: ConnectorContext): Connector {
  const { insecureSkipSignatureValidation, insecureAllowSHA1 } = options;
  const pem = options.ca ?? options.caData;
  const certificates = pem === undefined ? [] : parseCertificates(pem);
  if (insecureSkipSignatureValidation)
    context.warn("insecureSkipSignatureValidation: signatures are NOT checked, everybody can log in as anybody");
  if (insecureAllowSHA1) context.warn("insecureAllowSHA1: signatures made with SHA-1 are taken, which can be forged");
  const keysNow = (): readonly KeyObject[] | undefined =>
    insecureSkipSignatureValidation ? undefined : requireValidKeys(certificates, context.clock());
  return {
    login: {
      kind: "formPost",
      stateLimit: relayStateLimit,
      start: (input) => Promise.resolve(start(options, context, input)),
      finish: async (input) => finish(options, { now: context.clock(), keys: keysNow() }, input),
    },
    refresh: async (input) => refresh(options, input),
    probe: () => probeSaml({ options, certificates, context }),
  };
}

function requireValidKeys(certificates: readonly PinnedCertificate[], now: number): readonly KeyObject[] {
  const keys = certificates.filter((certificate) => isValidAt(certificate, now)).map(({ key }) => key);
  if (keys.length === 0) throw new UpstreamError("no certificate in ca or caData is valid today");
  return keys;
}

function start(options: SamlOptions, { clock }: ConnectorContext, { state, derive }: StartInput): FormPostStart {
  const request = formatAuthnRequest({
    id: createRequestId(derive("saml-request")),
    issuedAt: clock(),
    destination: options.ssoURL,
    acsUrl: options.redirectURI,
    entityIssuer: options.entityIssuer,
    nameIdFormat: findNameIdFormat(options.nameIDPolicyFormat) ?? "",
  });
  return { action: options.ssoURL, fields: { SAMLRequest: request, RelayState: state } };
}

interface Moment {
  readonly now: number;
  /** Undefined: signatures are not checked. */
  readonly keys: readonly KeyObject[] | undefined;
}

function finish(options: SamlOptions, { now, keys }: Moment, { fields, derive }: FinishInput): LoginResult {
  const message = parseMessage(fields.get("SAMLResponse"));
  const trusted = trustMessage(message, keys, options.insecureAllowSHA1);
  const expected = {
    requestId: createRequestId(derive("saml-request")),
    acsUrl: options.redirectURI,
    audience: options.entityIssuer ?? options.redirectURI,
    issuer: options.ssoIssuer,
    now,
  };
  const refusal = checkResponse(trusted, expected);
  if (refusal !== undefined) return { outcome: "denied", detail: refusal };
  if (trusted.assertion === undefined) throw new UpstreamError("the response holds no assertion");
  const userId = checkAssertion(trusted.assertion, expected);
  const person = readPerson(trusted.assertion, userId, options);
  const identity = limitGroups(options, person);
  return identity === undefined ? notInAllowedGroups : { outcome: "ok", identity, connectorData: formatPerson(person) };
}

/**
 * Goes on from the person of the login: SAML knows no way to ask again (dex-connectors O-58). The rules of today's config
 * hold all the same.
 */
function refresh(options: SamlOptions, { connectorData, identity: last }: RefreshInput): RefreshResult {
  const person = findPerson(connectorData);
  if (person === undefined || person.userId !== last.userId)
    return { outcome: "denied", detail: "nothing is kept of the login" };
  const identity = limitGroups(options, person);
  return identity === undefined ? notInAllowedGroups : { outcome: "ok", identity };
}

/** Undefined: may not come in. */
function limitGroups({ allowedGroups, filterGroups }: SamlOptions, person: Identity): Identity | undefined {
  const allowed = findAllowedGroups(person.groups, allowedGroups);
  return allowed && (filterGroups ? { ...person, groups: allowed } : person);
}
