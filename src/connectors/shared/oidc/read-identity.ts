import type { Identity } from "../../../records/identity.js";
import { notInAllowedGroups } from "../allowed-groups.js";
import { UpstreamError } from "../upstream-error.js";
import { type GroupSettings, makeGroups, type NewGroup, readGroups } from "./read-groups.js";
import type { Claims } from "./signed-token.js";

/** Which claims say who a person is. */
export interface IdentitySettings {
  /** Default `sub`. */
  readonly userIdKey?: string | undefined;
  readonly userNameKey: string;
  readonly preferredUsernameClaim?: string | undefined;
  readonly emailClaim?: string | undefined;
  /** The claims named above count also where the standard ones are there. */
  readonly overrides: boolean;
  /** Refuse a person without name, and without e-mail address where that was asked for, as Dex does. */
  readonly isStrict: boolean;
  readonly asksEmail: boolean;
  readonly trustsEmail: boolean;
  /** Undefined: groups of the upstream are not read. */
  readonly groups?: GroupSettings | undefined;
  readonly groupPrefix: string;
  readonly groupSuffix: string;
  readonly newGroups: readonly NewGroup[];
}

export type PersonResult =
  | { readonly outcome: "ok"; readonly identity: Identity }
  | { readonly outcome: "denied"; readonly detail: string };

/** Says who the claims are about, in the order of Dex (dex-connectors §5.3). Throws where a claim that is needed is missing. */
export function readIdentity(claims: Claims, settings: IdentitySettings): PersonResult {
  const groups = settings.groups === undefined ? [] : readGroups(claims, settings.groups);
  if (groups === undefined) return notInAllowedGroups;
  const { groupPrefix, groupSuffix } = settings;
  const identity: Identity = {
    userId: readUserId(claims, settings.userIdKey ?? "sub"),
    username: readName(claims, settings),
    preferredUsername: readMapped(claims, "preferred_username", settings.preferredUsernameClaim, settings) ?? "",
    email: readEmail(claims, settings),
    emailVerified: readVerified(claims, settings),
    groups: [
      ...groups.map((group) => `${groupPrefix}${group}${groupSuffix}`),
      ...makeGroups(claims, settings.newGroups),
    ],
  };
  return { outcome: "ok", identity };
}

/** Half of our `sub`: without it people could not be told apart. */
function readUserId(claims: Claims, key: string): string {
  const value = claims[key];
  if (typeof value !== "string" || value === "") throw missing(key);
  return value;
}

function readName(claims: Claims, { userNameKey, isStrict }: IdentitySettings): string {
  const name = claims[userNameKey];
  if (typeof name === "string") return name;
  if (isStrict) throw missing(userNameKey);
  return "";
}

function readEmail(claims: Claims, settings: IdentitySettings): string {
  const email = readMapped(claims, "email", settings.emailClaim, settings);
  if (email !== undefined) return email;
  if (settings.isStrict && settings.asksEmail) throw missing(settings.emailClaim ?? "email");
  return "";
}

function readMapped(
  claims: Claims,
  standard: string,
  mapped: string | undefined,
  { overrides }: IdentitySettings,
): string | undefined {
  const value = claims[standard];
  const isMapped = mapped !== undefined && (overrides || typeof value !== "string");
  const chosen = isMapped ? claims[mapped] : value;
  return typeof chosen === "string" ? chosen : undefined;
}

/** Amazon Cognito sends the text "true" in userinfo. */
function readVerified(claims: Claims, { isStrict, asksEmail, trustsEmail }: IdentitySettings): boolean {
  const verified = claims["email_verified"];
  if (typeof verified === "boolean") return verified;
  if (trustsEmail || verified === "true") return true;
  if (isStrict && asksEmail) throw missing("email_verified");
  return false;
}

function missing(claim: string): UpstreamError {
  return new UpstreamError(`the upstream sent no claim ${claim}`);
}
