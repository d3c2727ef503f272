import { cutPage, type Forge, type ForgeSettings, startForge } from "../../support/forge-simulator.js";
import type { ReceivedRequest, UpstreamReply } from "../../support/http-upstream.js";
import type { IssuedToken } from "../../support/token-authority.js";

// Bitbucket Cloud as its documentation has it: "Use OAuth on Bitbucket Cloud" (access tokens of two hours, no redirect_uri
// but the registered one) and REST API 2.0 (/user, /user/emails, /user/workspaces and the permission in one). Its refresh
// tokens work once here, as those of other Atlassian products do.

export interface BitbucketPerson {
  uuid: string;
  username: string | undefined;
  account_status: string | undefined;
  emails: { email: string; is_primary: boolean; is_confirmed: boolean }[];
  /** Undefined: the person may not see their permission. */
  workspaces: { slug: string; permission: string | undefined }[];
}

export function createEmma(): BitbucketPerson {
  return {
    uuid: "{c788b2da-b7a2-404c-9e26-d3f077557007}",
    username: "emma",
    account_status: "active",
    emails: [
      { email: "old@corp.example", is_primary: false, is_confirmed: true },
      { email: "emma@corp.example", is_primary: true, is_confirmed: true },
    ],
    workspaces: [
      { slug: "acme", permission: "owner" },
      { slug: "guild", permission: "member" },
      { slug: "secret", permission: undefined },
    ],
  };
}

export const bitbucketApiPath = "/2.0";

export function startBitbucket(settings: ForgeSettings): Promise<Forge<BitbucketPerson>> {
  return startForge<BitbucketPerson>(
    {
      person: createEmma(),
      authorizePath: "/site/oauth2/authorize",
      tokenPath: "/site/oauth2/access_token",
      authority: {
        authentication: "either",
        hasPkce: false,
        lifetimeMs: 7_200_000,
        rotation: "once",
        refuse: (refusal) =>
          refusal === "client" || refusal === "secret"
            ? { status: 401, body: { error: "unauthorized_client", error_description: "Invalid client credentials" } }
            : { status: 400, body: { error: "invalid_grant", error_description: `Invalid ${refusal}` } },
        answer: ({ accessToken, refreshToken, scopes }) => ({
          access_token: accessToken,
          scopes: scopes.join(" "),
          expires_in: 7_200,
          refresh_token: refreshToken,
          token_type: "bearer",
        }),
      },
      api: answerApi,
    },
    settings,
  );
}

export function refuseBitbucket(status: number, message: string): UpstreamReply {
  return { status, body: { type: "error", error: { message } } };
}

function answerApi({ url }: ReceivedRequest, token: IssuedToken<BitbucketPerson> | undefined): UpstreamReply {
  if (token === undefined)
    return refuseBitbucket(401, "Access token expired. Use your refresh token to obtain a new one.");
  const { emails, workspaces, ...user } = token.person;
  const path = url.pathname.slice(bitbucketApiPath.length);
  if (path === "/user") return { body: { type: "user", nickname: "em", display_name: "Emma Paris", ...user } };
  if (path === "/user/emails") return answerPage(url, emails);
  if (path === "/user/workspaces") {
    return answerPage(
      url,
      workspaces.map(({ slug }) => ({ type: "workspace_access", workspace: { type: "workspace_base", slug } })),
    );
  }
  const slug = /^\/user\/workspaces\/([^/]+)\/permission$/.exec(path)?.[1];
  const permission = workspaces.find((each) => each.slug === slug)?.permission;
  if (permission === undefined) return refuseBitbucket(403, "You do not have access to view this workspace.");
  return { body: { type: "workspace_membership", permission, workspace: { slug } } };
}

function answerPage(url: URL, list: readonly object[]): UpstreamReply {
  const { page, size, items, hasNext } = cutPage(url, list, { parameter: "pagelen", usual: 10 });
  const next = `${url.origin}${url.pathname}?pagelen=${size}&page=${page + 1}`;
  return { body: { size: list.length, page, pagelen: size, values: items, ...(hasNext && { next }) } };
}
