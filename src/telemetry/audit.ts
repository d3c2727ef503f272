import type { AuditEvent, RequestOrigin } from "../platform/events.js";
import type { Logger } from "./logger.js";

type EventType = AuditEvent["type"];

/** Sentences that alerts may match on; where Dex has the event, its own words. */
const sentences: Readonly<Record<EventType, string>> = {
  "login.succeeded": "login successful",
  "login.failed": "failed login attempt",
  "consent.granted": "consent granted",
  "consent.denied": "consent denied",
  "token.issued": "tokens issued",
  "token.refreshed": "tokens refreshed",
  "refresh.reuse-detected": "refresh token used again after it was superseded",
  "code.reuse-detected": "authorization code used twice",
  "grant.revoked": "grant revoked",
  "access-token.revoked": "access token revoked",
  "keys.scheduled": "signing key scheduled",
};

/** What an operator should look at when it piles up. */
const warnings: ReadonlySet<EventType> = new Set(["login.failed", "refresh.reuse-detected", "code.reuse-detected"]);

type MemberOf<Event> = Event extends unknown ? Exclude<keyof Event, "type"> : never;

/** Attribute names in the log; a new member of an event has to be named here. */
const attributeNames: Readonly<Record<MemberOf<AuditEvent>, string>> = {
  algorithm: "algorithm",
  cause: "cause",
  clientId: "client_id",
  connectorId: "connector_id",
  detail: "detail",
  grant: "grant",
  grantType: "grant_type",
  keyId: "key_id",
  outcome: "outcome",
  reason: "reason",
  refreshToken: "refresh_token",
  revoked: "revoked",
  scopes: "scopes",
  signsFrom: "signs_from",
  subject: "subject",
  username: "username",
};

const namesByMember: ReadonlyMap<string, string> = new Map(Object.entries(attributeNames));

/** Turns events into one log line each: a stable sentence, `event` with the type, and the members in snake_case. */
export function createAuditLog(logger: Logger): (event: AuditEvent, origin?: RequestOrigin) => void {
  return (event, origin) => {
    const attributes: Record<string, unknown> = { event: event.type };
    for (const [member, value] of Object.entries(event)) {
      const name = namesByMember.get(member);
      if (name !== undefined) attributes[name] = value;
    }
    if (origin !== undefined) {
      attributes["request_id"] = origin.requestId;
      attributes["client_remote_addr"] = origin.clientIp;
    }
    const sentence = sentences[event.type];
    if (warnings.has(event.type)) logger.warn(attributes, sentence);
    else logger.info(attributes, sentence);
  };
}
