import { exportPKCS8, generateKeyPair, jwtVerify, SignJWT } from "jose";
import type { ReceivedRequest, UpstreamReply } from "../../support/http-upstream.js";
import { type SigningProvider, startSigningProvider } from "../../support/signing-provider.js";

/**
 * Google over real HTTP: sign-in as an OpenID provider, tokens of service accounts (RFC 7523 with domain-wide delegation)
 * and `groups.list` of the Directory API, with the error shapes of their documentation.
 */
export interface GoogleSimulator extends SigningProvider {
  /** Content of the service account's key file. */
  readonly keyFile: string;
  readonly directory: DirectoryState;
  /** Where the metadata server and the IAM API are, and tokens of the machine's account. */
  readonly machine: { readonly metadataURL: string; readonly iamURL: string; readonly tokenURL: string };
  resetGoogle(): void;
}

interface DirectoryState {
  /** Groups by member: a person's or a group's address. */
  memberships: Map<string, readonly string[]>;
  /** Administrators for whom the service account may speak. */
  admins: readonly string[];
  pageSize: number;
  /** Answered instead, once each. */
  readonly failures: UpstreamReply[];
  /** Access tokens of the service account that are good, by administrator. */
  readonly tokens: Map<string, string>;
  /** Whom was asked for, page by page. */
  readonly asked: string[];
}

const accountEmail = "groups-reader@example-project.iam.gserviceaccount.com";
const groupScope = "https://www.googleapis.com/auth/admin.directory.group.readonly";

export async function startGoogle(now: number, clock: () => number): Promise<GoogleSimulator> {
  const provider = await startSigningProvider(now);
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const tokenUrl = `${provider.url}/service-token`;
  const directory = createState();
  let issued = 0;

  async function answerAssertion({ form }: ReceivedRequest): Promise<UpstreamReply> {
    if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") {
      return { status: 400, body: { error: "unsupported_grant_type", error_description: "Invalid grant_type" } };
    }
    const checks = { issuer: accountEmail, audience: tokenUrl, currentDate: new Date(clock()), maxTokenAge: 3_600 };
    const assertion = await jwtVerify(form.get("assertion") ?? "", publicKey, checks).catch(() => undefined);
    if (assertion === undefined || assertion.payload["scope"] !== groupScope) {
      return { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } };
    }
    const { sub = "" } = assertion.payload;
    if (!directory.admins.includes(sub)) {
      const error_description =
        "Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.";
      return { status: 401, body: { error: "unauthorized_client", error_description } };
    }
    issued += 1;
    directory.tokens.set(`service-${issued}`, sub);
    return { body: { access_token: `service-${issued}`, expires_in: 3_599, token_type: "Bearer" } };
  }

  const atMetadata = "/computeMetadata/v1/instance/service-accounts/default";

  function answerMetadata(body: string | object): (request: ReceivedRequest) => UpstreamReply {
    return ({ headers }) =>
      headers["metadata-flavor"] === "Google"
        ? { headers: { "metadata-flavor": "Google" }, body }
        : { status: 403, body: "Missing required header: Metadata-Flavor" };
  }

  /** `projects.serviceAccounts.signJwt`: the payload is JSON in JSON. */
  async function answerSignJwt({ headers, body }: ReceivedRequest): Promise<UpstreamReply> {
    if (headers.authorization !== "Bearer machine-token") {
      return describeError(401, "Request had invalid authentication credentials.", "authError", "UNAUTHENTICATED");
    }
    const payload: Record<string, unknown> = JSON.parse(String(Object(JSON.parse(body))["payload"]));
    const signedJwt = await new SignJWT(payload).setProtectedHeader({ alg: "RS256", kid: "google" }).sign(privateKey);
    return { body: { keyId: "google", signedJwt } };
  }

  const answers = {
    "/service-token": answerAssertion,
    "/admin/directory/v1/groups": answerGroups,
    [`${atMetadata}/email`]: answerMetadata(accountEmail),
    [`${atMetadata}/token`]: answerMetadata({ access_token: "machine-token", expires_in: 3_000, token_type: "Bearer" }),
    [`/v1/projects/-/serviceAccounts/${encodeURIComponent(accountEmail)}:signJwt`]: answerSignJwt,
  };

  function answerGroups({ url, headers }: ReceivedRequest): UpstreamReply {
    const failure = directory.failures.shift();
    if (failure !== undefined) return failure;
    if (!directory.tokens.has(headers.authorization?.replace("Bearer ", "") ?? "")) {
      return describeError(401, "Request had invalid authentication credentials.", "authError", "UNAUTHENTICATED");
    }
    const member = url.searchParams.get("userKey") ?? "";
    directory.asked.push(member);
    const groups = directory.memberships.get(member);
    if (groups === undefined) return describeError(404, "Resource Not Found: userKey", "notFound");
    const from = Number(url.searchParams.get("pageToken") ?? 0);
    const page = groups.slice(from, from + directory.pageSize);
    const next = from + directory.pageSize;
    return {
      body: {
        kind: "admin#directory#groups",
        etag: '"e"',
        // Without members Google leaves `groups` out.
        ...(page.length > 0 && {
          groups: page.map((email) => ({ kind: "admin#directory#group", id: "01", email, name: email })),
        }),
        ...(next < groups.length && { nextPageToken: String(next) }),
      },
    };
  }

  const simulator = {
    ...provider,
    keyFile: JSON.stringify({
      type: "service_account",
      project_id: "example-project",
      private_key_id: "0123456789abcdef",
      private_key: await exportPKCS8(privateKey),
      client_email: accountEmail,
      token_uri: tokenUrl,
    }),
    directory,
    machine: { metadataURL: provider.url, iamURL: provider.url, tokenURL: tokenUrl },
    resetGoogle() {
      provider.reset();
      provider.behaviour.replace = answers;
      directory.failures.length = 0;
      directory.asked.length = 0;
      Object.assign(directory, { ...createState(), failures: directory.failures, asked: directory.asked });
    },
  };
  simulator.resetGoogle();
  return simulator;
}

function createState(): DirectoryState {
  return { memberships: new Map(), admins: [], pageSize: 2, failures: [], tokens: new Map(), asked: [] };
}

/** As the Directory API describes what went wrong. */
export function describeError(code: number, message: string, reason: string, status?: string): UpstreamReply {
  const errors = [{ message, domain: "global", reason }];
  return { status: code, body: { error: { code, message, errors, ...(status !== undefined && { status }) } } };
}
