import { type ReceivedRequest, startHttpUpstream, type UpstreamReply } from "../../support/http-upstream.js";
import type { Behaviour, ConnectorStand, RunningStand, StandInput, StandPerson } from "../stand.js";
import { failHttp, visitByGet } from "./http-faults.js";
import { simulatedType } from "./oauth2-type.js";

const clientSecret = "simulated-client-secret";

/** An upstream that rotates its refresh token at every use, as GitLab does, and whose access tokens end. */
export const rotatingStand: ConnectorStand = createStand("testRotating", { expires: true }, {});

/** An upstream whose access token never ends and comes alone, as GitHub's. */
export const lastingStand: ConnectorStand = createStand(
  "testLasting",
  { expires: false },
  { rotation: "the access token never changes" },
);

interface Habits {
  /** Access tokens end, and each refresh token works once. */
  readonly expires: boolean;
}

function createStand(type: string, habits: Habits, skips: ConnectorStand["skips"]): ConnectorStand {
  return {
    type,
    connectorType: simulatedType,
    places: ["token", "user", "groups"],
    refreshPlaces: habits.expires ? ["token", "user", "groups"] : ["user", "groups"],
    identityOf: ({ id, name, login, email, groups }) => ({
      userId: id,
      username: name,
      preferredUsername: login,
      email,
      emailVerified: true,
      groups,
    }),
    skips,
    secrets: [clientSecret, "access-", "refresh-"],
    start: (input) => startSimulator(habits, input),
  };
}

async function startSimulator(habits: Habits, { clock }: StandInput): Promise<RunningStand> {
  let behaviour: Behaviour = { kind: "well" };
  let person: StandPerson | undefined;
  let serial = 0;
  const endsAt = new Map<string, number>();
  let refreshToken = "";

  function authorize({ url }: ReceivedRequest): UpstreamReply {
    const back = new URL(url.searchParams.get("redirect_uri") ?? "");
    back.searchParams.set("state", url.searchParams.get("state") ?? "");
    if (behaviour.kind === "denied") back.searchParams.set("error", "access_denied");
    else back.searchParams.set("code", "code-1");
    return { status: 302, headers: { location: back.href } };
  }

  function issue({ form }: ReceivedRequest): UpstreamReply {
    const isRefresh = form.get("grant_type") === "refresh_token";
    const isKnown = isRefresh ? form.get("refresh_token") === refreshToken : form.get("code") === "code-1";
    if (!isKnown || behaviour.kind === "revoked") return { status: 400, body: { error: "invalid_grant" } };
    const accessToken = `access-${++serial}`;
    endsAt.set(accessToken, habits.expires ? clock() + 3_600_000 : Number.POSITIVE_INFINITY);
    refreshToken = `refresh-${serial}`;
    const expiring = habits.expires && { refresh_token: refreshToken, expires_in: 3_600 };
    return { body: { access_token: accessToken, token_type: "bearer", ...expiring } };
  }

  function tell(place: string, { headers }: ReceivedRequest): UpstreamReply {
    const token = headers.authorization?.replace(/^Bearer /, "") ?? "";
    if (behaviour.kind === "revoked" || (endsAt.get(token) ?? 0) <= clock()) return { status: 401 };
    if (person === undefined) return { status: 404 };
    const { id, groups, ...rest } = person;
    if (place === "groups") return { body: groups.map((name) => ({ name })) };
    return { body: { ...rest, ...(behaviour.kind !== "id-missing" && { id: Number(id) }) } };
  }

  const upstream = await startHttpUpstream((request, response) => {
    const place = request.url.pathname.slice(1);
    const fault = failHttp(behaviour, place, response);
    if (fault !== undefined) return fault.reply;
    if (place === "authorize") return authorize(request);
    return place === "token" ? issue(request) : tell(place, request);
  });
  return {
    settings: ({ restricted }) => ({
      base: upstream.url,
      clientSecret,
      ...(restricted && { groups: ["crew"] }),
    }),
    way: { kind: "redirect", visit: visitByGet },
    setPerson: (next) => {
      person = next;
    },
    setBehaviour: (next) => {
      behaviour = next;
    },
    stop: upstream.close,
  };
}
