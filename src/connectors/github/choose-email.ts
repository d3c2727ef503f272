import type { GitHubEmail } from "./api.js";

export interface EmailChoice {
  /** `*` stands for one whole label. */
  readonly preferredDomain: string | undefined;
  /** An Enterprise Server may not verify addresses: its administrators stand for them. */
  readonly countsAllAsVerified: boolean;
}

/** The verified address in the preferred domain, or else the verified primary one. Undefined: there is neither. */
export function chooseEmail(emails: readonly GitHubEmail[], choice: EmailChoice): string | undefined {
  const { preferredDomain, countsAllAsVerified } = choice;
  const verified = emails.filter((each) => each.verified || countsAllAsVerified);
  const preferred =
    preferredDomain === undefined ? undefined : verified.find(({ email }) => isInDomain(email, preferredDomain));
  return (preferred ?? verified.findLast(({ primary }) => primary))?.email;
}

/** Label by label, to the letter, as in Dex. */
function isInDomain(email: string, pattern: string): boolean {
  const labels = email.slice(email.lastIndexOf("@") + 1).split(".");
  const wanted = pattern.split(".");
  return labels.length === wanted.length && wanted.every((label, index) => label === "*" || label === labels[index]);
}
