import type { OAuthError, OAuthErrorCode } from "../../oidc/oauth-error.js";
import { PageError } from "../../oidc/page-error.js";
import type { Parameters } from "../../oidc/parameters.js";
import type { Page } from "../../pages/page.js";

/** A browser's request as the steps of a login see it. */
export interface BrowserRequest {
  readonly method: "GET" | "POST";
  readonly query: Parameters;
  readonly body: Parameters;
  /** Path and query as received: where a form posts back to. */
  readonly url: string;
  readonly cookies: ReadonlyMap<string, string>;
  /** Every line of a header, by lower-case name. */
  readonly headerLines: (name: string) => readonly string[];
  /** IP address at the other end of the connection; no header changes it. */
  readonly peer: string;
  /** The `{connector}` segment of the path, decoded. */
  readonly connectorId?: string;
}

/** What a step answers. It never writes to the response itself. */
export type BrowserReply = PageReply | RedirectReply;

export interface PageReply {
  readonly page: Page;
  readonly status: number;
  readonly retryAfter?: number;
  /** `WWW-Authenticate`. */
  readonly challenge?: string;
  readonly cookies?: readonly string[];
}

export interface RedirectReply {
  readonly location: string;
  /** 303 turns a POST into a GET (RFC 9700 §4.12: never 307 after a credential was posted). */
  readonly status: 302 | 303;
  /** `WWW-Authenticate`: the last word of a mechanism that has let the person in (RFC 4559 section 5). */
  readonly challenge?: string;
  readonly cookies?: readonly string[];
  /** The error that the client is told by this redirect, for the log. */
  readonly failure?: RedirectedFailure;
}

export interface RedirectedFailure {
  readonly error: OAuthErrorCode;
  readonly detail: string;
  readonly clientId: string;
}

export function seeOther(location: string): RedirectReply {
  return { location, status: 303 };
}

/** Longest URL that is sent to a client: beyond this browsers, proxies and the client's own server give up. */
const maxClientUrlLength = 8_192;

/** Sends the browser to the client; a URL too long to arrive (a huge `state`) is shown to the person instead. */
export function toClient(location: string): RedirectReply {
  if (location.length > maxClientUrlLength)
    throw new PageError({ kind: "invalid-request", reason: "The request is too long." });
  return seeOther(location);
}

/** `toClient` with an error, which the log is to tell as well. */
export function refusalToClient(location: string, error: OAuthError, clientId: string): RedirectReply {
  return { ...toClient(location), failure: { error: error.code, detail: error.detail ?? error.description, clientId } };
}
