/** Result codes that this connector tells apart (RFC 4511 section 4.1.9 and appendix A). */
export const resultCodes = {
  success: 0,
  sizeLimitExceeded: 4,
  referral: 10,
  constraintViolation: 19,
  noSuchObject: 32,
  inappropriateAuthentication: 48,
  invalidCredentials: 49,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
} as const;

const names: ReadonlyMap<number, string> = new Map([
  [1, "operations error (some servers: bind first)"],
  [2, "protocol error"],
  [3, "time limit exceeded"],
  [4, "size limit exceeded"],
  [7, "authentication method not supported"],
  [8, "stronger authentication required"],
  [10, "referral to another server, which is not followed"],
  [11, "administrative limit exceeded"],
  [13, "confidentiality required: use TLS"],
  [16, "no such attribute"],
  [17, "undefined attribute type"],
  [18, "inappropriate matching"],
  [19, "constraint violation"],
  [21, "invalid attribute syntax"],
  [32, "no such object"],
  [34, "invalid DN syntax"],
  [48, "inappropriate authentication"],
  [49, "invalid credentials"],
  [50, "insufficient access rights"],
  [51, "busy"],
  [52, "unavailable"],
  [53, "unwilling to perform"],
]);

/** A result code in words. */
export function describeCode(code: number): string {
  const name = names.get(code);
  return name === undefined ? `result ${code}` : `${name} (${code})`;
}

/** Active Directory puts its own reason behind result 49 (Microsoft, "LDAP bind errors": `data 775`). */
const activeDirectoryReasons: ReadonlyMap<string, string> = new Map([
  ["530", "the account may not log in at this time"],
  ["531", "the account may not log in from here"],
  ["532", "the password has expired"],
  ["533", "the account is disabled"],
  ["701", "the account has expired"],
  ["773", "the password must be changed first"],
  ["775", "the account is locked"],
]);

/**
 * Why a bind was refused, where it is about the account and not about the password: for the log alone, as a page that
 * told it would tell who exists. Undefined: an ordinary wrong password.
 */
export function findAccountProblem(code: number, diagnostic: string): string | undefined {
  const [, data = ""] = /\bdata ([0-9a-f]{3,4})\b/i.exec(diagnostic) ?? [];
  const reason = activeDirectoryReasons.get(data.toLowerCase());
  if (reason !== undefined) return reason;
  return code === resultCodes.invalidCredentials || code === resultCodes.noSuchObject ? undefined : describeCode(code);
}
