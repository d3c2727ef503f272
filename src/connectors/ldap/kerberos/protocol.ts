/** What the acceptor's process is told first. All that follows are `TokenMessage`s. */
export interface AcceptorSettings {
  readonly keytabPath: string;
  /** Undefined: what krb5.conf says, and 300 without it. */
  readonly maxClockSkewSeconds: number | undefined;
}

/** One token to be judged: base64 of what stood behind `Negotiate`. */
export interface TokenMessage {
  readonly id: number;
  readonly token: string;
}

/** What the process answers. Nothing is judged before `ready`; after `failed` it ends. */
export type AcceptorReport =
  | { readonly type: "ready"; readonly keys: readonly KeytabKey[] }
  | { readonly type: "failed"; readonly message: string }
  | { readonly type: "verdict"; readonly id: number; readonly verdict: Verdict };

/** One key of a keytab, without the key. */
export interface KeytabKey {
  /** `HTTP/host@REALM`, as Kerberos writes it. */
  readonly principal: string;
  /** Number of the encryption type (RFC 3961 section 8). */
  readonly encryptionType: number;
  readonly version: number;
}

/**
 * What GSS-API says of a token (RFC 2743 section 2.2.2). Names are in the text form of Kerberos. `services`: every name that
 * the keytab has for the key that opened the ticket; which of them was asked for it does not tell.
 */
export type Verdict =
  | {
      readonly accepted: true;
      readonly client: string;
      readonly services: readonly string[];
      readonly reply?: string;
    }
  | { readonly accepted: false; readonly reason: string };
