import type { BoundedQueue } from "../platform/bounded-queue.js";
import type { Clock } from "../platform/clock.js";
import type { HttpSettings } from "../platform/http-client.js";
import type { Identity } from "../records/identity.js";

/**
 * One upstream. It has exactly one way to log in, and capabilities as optional members: code asks for the member, never
 * for the type. It sees plain inputs, never HTTP requests.
 */
export interface Connector {
  readonly login: RedirectLogin | FormPostLogin | PasswordLogin | HeaderLogin;
  /** What its upstream calls itself in an answer to a login (`iss`, RFC 9207). Absent: nothing that is known. */
  readonly issuers?: () => readonly string[];
  /** Reads the person again without them. Absent: the connector yields no refresh tokens. */
  readonly refresh?: (input: RefreshInput) => Promise<RefreshResult>;
  /** Takes a token of the upstream as proof of who the person is (RFC 8693 section 2.1). */
  readonly exchangeToken?: (input: ExchangeInput) => Promise<LoginResult>;
  /** Where the browser ends its session at the upstream (RP-Initiated Logout 1.0). Undefined: nowhere. */
  readonly logout?: (input: LogoutInput) => Promise<{ readonly url: string } | undefined>;
  /** Logs in by `Authorization: Negotiate` (RFC 4559) before the form is shown. */
  readonly negotiate?: (input: NegotiateInput) => Promise<NegotiateResult>;
  /**
   * Tries what a login would need, without a person (`latchkey check --online`), and says in sentences what is right or
   * worth knowing. Rejects with `ProbeFailure` where something is wrong.
   */
  readonly probe?: () => Promise<readonly string[]>;
  close?(): Promise<void>;
}

/** What the client asked for, as far as an upstream needs to know. */
export interface WantedScopes {
  readonly offlineAccess: boolean;
  readonly groups: boolean;
}

export interface StartInput {
  readonly scopes: WantedScopes;
  /** Where the upstream sends the browser back to. */
  readonly callbackUrl: string;
  /** Comes back with the answer, unchanged. At most `stateLimit` bytes. */
  readonly state: string;
  /** What is known of the person's name at the upstream, an e-mail address mostly. Typed by anybody: worth nothing. */
  readonly loginHint?: string;
  /**
   * A secret of this login attempt for a purpose (`nonce`, `pkce`, `saml-request`): the same at start and finish, never
   * stored. 43 characters of base64url.
   */
  readonly derive: (purpose: string) => string;
}

export interface FinishInput {
  readonly scopes: WantedScopes;
  readonly callbackUrl: string;
  /** The query or the posted fields of the answer. */
  readonly fields: ReadonlyMap<string, string>;
  readonly derive: (purpose: string) => string;
}

/** The browser is sent to the upstream and comes back with a GET. */
export interface RedirectLogin {
  readonly kind: "redirect";
  /** Longest `state` in bytes that this upstream hands back whole. */
  readonly stateLimit: number;
  start(input: StartInput): Promise<{ readonly url: string }>;
  finish(input: FinishInput): Promise<LoginResult>;
}

/** The browser comes back with a cross-site POST (SAML, `response_mode=form_post`). */
export interface FormPostLogin {
  readonly kind: "formPost";
  readonly stateLimit: number;
  /** Sends the browser by GET (`url`), or by a form that posts itself (`action`, `fields`). */
  start(input: StartInput): Promise<FormPostStart>;
  finish(input: FinishInput): Promise<LoginResult>;
}

export type FormPostStart =
  | { readonly url: string }
  | { readonly action: string; readonly fields: Readonly<Record<string, string>> };

/** We ask for user name and password ourselves. */
export interface PasswordLogin {
  readonly kind: "password";
  /** Label of the user name field; undefined: "Username". */
  readonly usernameLabel?: string;
  /**
   * May reject with `QueueFullError` when too many checks wait already. The answer to an unknown user and to a wrong
   * password is the same, after the same work.
   */
  check(input: PasswordInput): Promise<LoginResult>;
}

/** A proxy in front of us has logged the person in and says so in headers of the request. */
export interface HeaderLogin {
  readonly kind: "header";
  /** The headers to be handed in, by lower-case name. Others are never seen. */
  readonly headers: readonly string[];
  check(input: HeaderInput): Promise<LoginResult>;
}

export interface HeaderInput {
  readonly scopes: WantedScopes;
  /** The headers that are there, by lower-case name, one character per byte. One that came twice never gets here. */
  readonly headers: ReadonlyMap<string, string>;
  /** IP address of whoever opened the connection: the proxy, and never what a header says. */
  readonly peer: string;
}

export interface ExchangeInput {
  readonly scopes: WantedScopes;
  /** URI of RFC 8693 section 3. */
  readonly tokenType: string;
  readonly token: string;
}

export interface LogoutInput {
  /** Where the upstream sends the browser back to. */
  readonly returnUrl: string;
  readonly state: string;
  readonly connectorData?: string;
}

export interface NegotiateInput {
  readonly scopes: WantedScopes;
  /** The `Authorization` header of the request. */
  readonly authorization: string | undefined;
  /** This browser was asked before, and did not or could not. */
  readonly wasAsked: boolean;
}

/**
 * `challenge`: answer 401 with this `WWW-Authenticate`, and with the form below it if `showForm`. `form`: show the form.
 * Where a ticket came that is not good, `rejected` says why, for the log. Otherwise the login is decided; `reply` is the
 * last word of the mechanism to the browser.
 */
export type NegotiateResult =
  | {
      readonly outcome: "challenge";
      readonly challenge: string;
      readonly showForm: boolean;
      readonly rejected?: string;
    }
  | { readonly outcome: "form"; readonly rejected?: string }
  | (Exclude<LoginResult, { outcome: "bad-credentials" }> & { readonly reply?: string });

export interface PasswordInput {
  readonly scopes: WantedScopes;
  readonly username: string;
  readonly password: string;
}

/**
 * `denied`: the upstream, or a rule of the connector, said no to this person. `bad-credentials`: try again. Anything
 * else that goes wrong is thrown.
 */
export type LoginResult =
  | { readonly outcome: "ok"; readonly identity: Identity; readonly connectorData?: string }
  | { readonly outcome: "bad-credentials" }
  | { readonly outcome: "denied"; readonly detail: string };

export interface RefreshInput {
  readonly scopes: WantedScopes;
  readonly identity: Identity;
  /** What the last login or refresh left (an upstream refresh token, usually). */
  readonly connectorData?: string;
  /**
   * Stores a new credential at once: the old one may be worth nothing already, and there may be much to ask before an
   * answer. Whoever does not hand it in keeps what comes with the result.
   */
  readonly keep?: (connectorData: string) => Promise<void>;
}

/**
 * `denied` ends the grant. An upstream that cannot answer throws: nothing changes and the client may try again.
 * `unavailable` says the same where the upstream has given a new credential before it failed: that is kept. `unusable`:
 * the upstream has answered, but with nothing that makes an identity. As if it could not answer, but what it said before
 * does not stand in for it.
 */
export type RefreshResult =
  | { readonly outcome: "ok"; readonly identity: Identity; readonly connectorData?: string }
  | { readonly outcome: "denied"; readonly detail: string }
  | { readonly outcome: "unavailable"; readonly detail: string; readonly connectorData: string }
  | { readonly outcome: "unusable"; readonly detail: string };

/** What `probe` rejects with: a sentence, and the key of the settings it is about. */
export class ProbeFailure extends Error {
  readonly key: string | undefined;

  constructor(message: string, key?: string) {
    super(message);
    this.name = "ProbeFailure";
    this.key = key;
  }
}

/** Always, never, or under a condition that continues "only when ...". */
export type Support = "always" | "never" | { readonly when: string };

/**
 * What a type of connector can do, known without opening one: the table of docs/connectors/ is made from it. The contract
 * tests hold every opened connector to it.
 */
export interface Capabilities {
  readonly login: Connector["login"]["kind"];
  /** People can be read again without them, so that refresh tokens are issued. */
  readonly refresh: Support;
  readonly groups: Support;
  readonly preferredUsername: Support;
  /** Logging out here can log out there. */
  readonly logout: Support;
  /** A token of the upstream is taken for a login. */
  readonly exchange: Support;
  /** Browsers of a Kerberos realm log in without a form. */
  readonly negotiate: Support;
}

/** What a connector gets when it is opened. */
export interface ConnectorContext {
  readonly clock: Clock;
  /** Password hashing shares libuv's pool with signing: it runs through this queue alone (docs/adr/0006). */
  readonly passwordQueue: BoundedQueue;
  /** How this connector talks to its upstream: `connectors[].http`. */
  readonly http: HttpSettings;
  /** Waits; for a rate limit, or a pool. */
  readonly pause: (ms: number) => Promise<void>;
  /** Content of a file that may change while we run (a projected token). Others come with the options. */
  readonly readFile: (path: string) => Promise<string>;
  /** One line in the log, for whoever runs the server. Never a credential or a claim. */
  readonly warn: (message: string) => void;
}
