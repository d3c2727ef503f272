import type { SigningAlgorithm } from "../oidc/signing-algorithm.js";
import type { ConnectorIconName } from "../platform/connector-icon.js";
import type { HttpSettings } from "../platform/http-client.js";
import type { Secret } from "../platform/secret.js";
import type { Client } from "../records/client.js";

/** The whole configuration, checked and resolved: every default filled in, durations in ms, secrets wrapped, frozen. */
export interface Config {
  readonly issuer: IssuerConfig;
  readonly storage: StorageConfig;
  readonly web: WebConfig;
  readonly telemetry: { readonly http?: Address };
  readonly expiry: {
    readonly idTokensMs: number;
    readonly authRequestsMs: number;
    readonly authCodesMs: number;
  };
  readonly signer: { readonly algorithm: SigningAlgorithm; readonly rotationPeriodMs: number };
  readonly oauth2: OAuth2Config;
  readonly logger: LoggerConfig;
  readonly frontend: {
    /** The product name on every page; Dex's `frontend.issuer`. */
    readonly name: string;
  };
  readonly clients: readonly Client[];
  readonly connectors: readonly ConnectorConfig[];
  readonly assets: Assets;
}

export interface IssuerConfig {
  /** Verbatim: the `iss` claim. */
  readonly url: string;
  /** Path prefix of every route, without a trailing slash: `/dex`, or empty. */
  readonly path: string;
  readonly origin: string;
  readonly isHttps: boolean;
}

export interface Address {
  /** As `net.Server.listen` takes it; undefined: all addresses. */
  readonly host?: string;
  readonly port: number;
}

export type StorageConfig = { readonly encryptionKeys: readonly Secret[] } & (
  | { readonly type: "memory" }
  | { readonly type: "sqlite3"; readonly file: string }
);

export interface WebConfig {
  readonly http?: Address;
  readonly https?: Address & TlsConfig;
  /** Exact origins, or `*`. Empty: no CORS. */
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
  /** Response headers that replace ours, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clientRemoteIP: { readonly header?: string; readonly trustedProxies: readonly string[] };
}

export interface TlsConfig {
  readonly certFile: string;
  readonly keyFile: string;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3";
}

export interface OAuth2Config {
  readonly skipApprovalScreen: boolean;
  readonly alwaysShowLoginScreen: boolean;
  readonly pkce: { readonly enforce: boolean; readonly methods: readonly ("S256" | "plain")[] };
  /** Of the grant types that exist here, those that are allowed. */
  readonly grantTypes: readonly ("authorization_code" | "refresh_token")[];
}

export interface LoggerConfig {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly format: "json" | "text";
  readonly excludeFields: readonly string[];
}

export interface ConnectorConfig {
  readonly id: string;
  /** Where it stands in the file: `connectors.0`, or the key that adds it. */
  readonly path: string;
  readonly type: string;
  readonly name: string;
  /** Grant types this connector may be used for; undefined: all. */
  readonly grantTypes?: readonly string[];
  readonly http: HttpSettings;
  /** How old the upstream's last answer may be that serves a refresh while it can't be asked. Undefined: none does. */
  readonly lastKnownForMs?: number;
  /** The upstream sends people to `/callback/{id}` instead of `/callback`. */
  readonly hasOwnCallback: boolean;
  /** Whoever types an address of one of these is sent here. As `parseDomain` gives them; no two connectors share one. */
  readonly emailDomains?: readonly string[];
  /** What stands beside its name. Undefined: what fits its type. */
  readonly icon?: ConnectorIcon;
  /** Checked by the schema of its type; opened by that type alone. */
  readonly options: unknown;
}

export type ConnectorIcon =
  | { readonly kind: "drawing"; readonly name: ConnectorIconName }
  | { readonly kind: "file"; readonly mediaType: "image/png" | "image/svg+xml"; readonly base64: string };

/** Files of `web/`, read once. */
export interface Assets {
  readonly stylesheet: string;
  readonly script: string;
  readonly icon: string;
}
