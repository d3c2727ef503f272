/** What a claim says, for people who see it for the first time. In the order in which a page shows them. */
const meanings: ReadonlyMap<string, string> = new Map([
  ["sub", "Who it is: the same person always has the same value here. Store this, not the email address"],
  ["name", "Full name"],
  ["preferred_username", "The name the person goes by. It may change"],
  ["email", "Email address. It may change"],
  ["email_verified", "Whether the provider, or whoever it asks, has checked the address"],
  ["groups", "Groups the person belongs to"],
  ["federated_claims", "Where the person logged in, and who they are there"],
  ["iss", "Issuer: who made the token"],
  ["aud", "Audience: whom the token is for. Others must refuse it"],
  ["azp", "Authorized party: the application that asked for it"],
  ["client_id", "The application that asked for it"],
  ["scope", "What the token opens"],
  ["auth_time", "When the person logged in. A refresh does not change it"],
  ["iat", "When the token was issued"],
  ["nbf", "When the token begins to count"],
  ["exp", "When the token expires"],
  ["jti", "Identifier of this one token"],
  ["nonce", "Ties the ID token to the login that this application started"],
  ["at_hash", "Ties the ID token to the access token beside it"],
  ["c_hash", "Ties the ID token to the code that was redeemed"],
  ["sid", "The session at the provider"],
  ["acr", "How strongly the person was authenticated"],
  ["amr", "Ways by which the person was authenticated"],
  ["updated_at", "When these facts last changed"],
  ["picture", "Address of a picture"],
]);

/** Claims that are seconds since the epoch (RFC 7519 §2, NumericDate). */
const times: ReadonlySet<string> = new Set(["auth_time", "iat", "nbf", "exp", "updated_at"]);

/** Claims about the person, as against claims about the token. */
const personal: ReadonlySet<string> = new Set([
  "sub",
  "name",
  "preferred_username",
  "email",
  "email_verified",
  "groups",
  "federated_claims",
  "picture",
]);

export interface ShownClaim {
  readonly name: string;
  readonly value: unknown;
  /** Empty for a claim that this application does not know. */
  readonly meaning: string;
  /** Milliseconds since the epoch, where the claim is a time. */
  readonly time?: number;
}

/** Claims in a fixed order, unknown ones last. */
export function listClaims(claims: Readonly<Record<string, unknown>>): readonly ShownClaim[] {
  const known = [...meanings.keys()].filter((name) => Object.hasOwn(claims, name));
  const others = Object.keys(claims).filter((name) => !meanings.has(name));
  return [...known, ...others].map((name) => {
    const value = claims[name];
    const isTime = times.has(name) && typeof value === "number" && Math.abs(value) < maxSeconds;
    return { name, value, meaning: meanings.get(name) ?? "", ...(isTime && { time: value * 1000 }) };
  });
}

export function isPersonal(claim: string): boolean {
  return personal.has(claim);
}

/** Beyond this there is no date (ECMAScript §21.4.1.1). */
const maxSeconds = 8.64e12;
