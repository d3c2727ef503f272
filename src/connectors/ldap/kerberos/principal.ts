/** The name of somebody in a realm, or of a service there. */
export interface Principal {
  /** Its parts with `/` between them: `jane`, `HTTP/login.example.com`. */
  readonly name: string;
  readonly realm: string;
}

/**
 * Reads the text form of RFC 1964 section 2.1.1. Undefined where it is not of that form, or has a part with a `/`, `@`, `\`
 * or control character of its own (written with a `\` before it): such a name could be taken for another one's.
 */
export function parsePrincipal(text: string): Principal | undefined {
  const { name, realm } = /^(?<name>[^\\@]+)@(?<realm>[^\\@]+)$/.exec(text)?.groups ?? {};
  return name === undefined || realm === undefined ? undefined : { name, realm };
}

/**
 * Whether a principal is the one that the config names, with or without its realm. Case makes no difference, as in Active
 * Directory.
 */
export function isNamed(principal: Principal, configured: string): boolean {
  const [name, realm] = configured.toLowerCase().split("@");
  return principal.name.toLowerCase() === name && (realm === undefined || principal.realm.toLowerCase() === realm);
}
