export type AuthMethod = "client_secret_basic" | "client_secret_post" | "none";

/** A client that the provider knows. */
export interface InteropClient {
  readonly id: string;
  /** "" for a public client. */
  readonly secret: string;
  readonly authMethod: AuthMethod;
}

/** One client for every way of client authentication, and one that is somebody else. */
export const clients = {
  basic: { id: "basic-client", secret: "s/e:c=r~e!t-0123456789", authMethod: "client_secret_basic" },
  post: { id: "post-client", secret: "another&secret-0123456789", authMethod: "client_secret_post" },
  public: { id: "public-client", secret: "", authMethod: "none" },
  other: { id: "other-client", secret: "the-other-secret-0123456789", authMethod: "client_secret_basic" },
} as const satisfies Readonly<Record<string, InteropClient>>;
