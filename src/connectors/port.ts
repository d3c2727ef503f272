import type { BoundedQueue } from "../platform/bounded-queue.js";
import type { Clock } from "../platform/clock.js";
import type { Identity } from "../records/identity.js";

/**
 * One upstream. It has exactly one way to log in, and capabilities as optional members: code asks for the member, never
 * for the type. It sees plain inputs, never HTTP requests.
 */
export interface Connector {
  readonly login: RedirectLogin | FormPostLogin | PasswordLogin;
  /** Reads the person again without them. Absent: the connector yields no refresh tokens. */
  readonly refresh?: (input: RefreshInput) => Promise<RefreshResult>;
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
}

/** `denied` ends the grant. An upstream that cannot answer throws: nothing changes and the client may try again. */
export type RefreshResult =
  | { readonly outcome: "ok"; readonly identity: Identity; readonly connectorData?: string }
  | { readonly outcome: "denied"; readonly detail: string };

/** What a connector gets when it is opened. */
export interface ConnectorContext {
  readonly clock: Clock;
  /** Password hashing shares libuv's pool with signing: it runs through this queue alone (docs/adr/0006). */
  readonly passwordQueue: BoundedQueue;
}
