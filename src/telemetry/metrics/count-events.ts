import type { Registry } from "prom-client";
import type { AuditEvent, CountedEvent, LoginFailure } from "../../platform/events.js";
import { codeOutcomes, consentOutcomes, loginOutcomes, refreshOutcomes, revocationCauses } from "./label-values.js";
import { countByValue, keepByKey, registerCounter, startAtZero } from "./register.js";
import { counters } from "./tables.js";

type ReportedEvent = AuditEvent | CountedEvent;

/** Counts every event. A new type of event does not compile before it is counted here, or left out on purpose. */
export function createEventCounter(
  registry: Registry,
  connectorIds: readonly string[],
): (event: ReportedEvent) => void {
  const login = createLoginCounter(registry, connectorIds);
  const consent = countByValue(registry, counters.consents, consentOutcomes);
  const keysScheduled = registerCounter(registry, counters.keysScheduled);
  const token = createTokenCounter(registry);
  return (event) => {
    switch (event.type) {
      case "login.succeeded":
        return login(event.connectorId, "success");
      case "login.failed":
        return login(event.connectorId, event.reason);
      case "consent.granted":
        return consent("granted");
      case "consent.denied":
        return consent("denied");
      case "keys.scheduled":
        return keysScheduled.inc();
      default:
        return token(event);
    }
  };
}

type TokenEvent = Exclude<ReportedEvent, { readonly type: `login.${string}` | `consent.${string}` | "keys.scheduled" }>;

function createTokenCounter(registry: Registry): (event: TokenEvent) => void {
  const code = countByValue(registry, counters.codes, codeOutcomes);
  const refresh = countByValue(registry, counters.refreshes, refreshOutcomes);
  const revoked = countByValue(registry, counters.grantsRevoked, revocationCauses);
  const accessTokensRevoked = registerCounter(registry, counters.accessTokensRevoked);
  const issued = createGrantCounter(registry);
  return (event) => {
    switch (event.type) {
      case "token.issued":
        issued(event.grantType);
        return event.grantType === codeGrant ? code("redeemed") : undefined;
      case "code.reuse-detected":
        return code("reused");
      case "code.refused":
        return code(event.reason);
      case "token.refreshed":
        return refresh(event.outcome);
      case "refresh.reuse-detected":
        return refresh("reused");
      case "refresh.refused":
        return refresh(event.reason);
      case "grant.revoked":
        return revoked(event.cause);
      case "access-token.revoked":
        return accessTokensRevoked.inc();
    }
  };
}

const codeGrant = "authorization_code";

/** Grant types are names of our code, not what a client has sent. */
function createGrantCounter(registry: Registry): (grantType: string) => void {
  const counter = registerCounter(registry, counters.grantsIssued);
  const ofType = keepByKey((type: string) => startAtZero(counter, type));
  ofType(codeGrant);
  return (grantType) => ofType(grantType).inc();
}

/** A connector that has left the config while somebody was logging in there has no series of its own. */
function createLoginCounter(registry: Registry, connectorIds: readonly string[]) {
  const counter = registerCounter(registry, counters.logins);
  const byConnector = new Map(
    connectorIds.map((id) => [
      id,
      new Map(Object.keys(loginOutcomes).map((outcome) => [outcome, startAtZero(counter, id, outcome)])),
    ]),
  );
  return (connectorId: string, outcome: LoginFailure | "success"): void =>
    byConnector.get(connectorId)?.get(outcome)?.inc();
}
