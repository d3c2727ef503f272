import { describeFailure, type Failure, failureDetail } from "./failure.js";
import { type HistoryKind, type Login, lastCharacters, type Outcome, takeFailure, takeTokens } from "./login.js";
import type { Provider } from "./provider.js";
import type { Session } from "./sessions.js";

/** How the end of a login went. Locally it always succeeds. */
export interface LogoutReceipt {
  /** Last characters of the token that was revoked, and which one it was. */
  readonly token: string;
  readonly kind: "refresh token" | "access token";
  readonly result: "revoked" | "unsupported" | Failure;
  /** The answer to the refresh token, sent once more after it was revoked. */
  readonly check?: "still-works" | Failure;
}

export interface TokenUse {
  /** Sends a refresh token, and writes the answer into the session's history. */
  refresh(session: Session, kind: Exclude<HistoryKind, "login">): Promise<void>;
  /** Revokes what the session holds, when a refresh under way has ended. Undefined where it holds nothing. */
  logOut(session: Session): Promise<LogoutReceipt | undefined>;
}

export function createTokenUse(provider: Provider, clock: () => number): TokenUse {
  const running = new WeakMap<Session, Promise<void>>();

  async function send(session: Session, login: Login, kind: "refresh" | "replay", sent: string): Promise<void> {
    const next = await ask(login, kind, sent);
    // Another tab may have logged in meanwhile; its login stands.
    if (session.login === login) session.login = next;
  }

  async function ask(login: Login, kind: "refresh" | "replay", sent: string): Promise<Login> {
    try {
      return takeTokens(login, kind, sent, await provider.refresh(sent));
    } catch (error) {
      return takeFailure(login, { kind, at: clock(), sent, outcome: toOutcome(describeFailure(error)) });
    }
  }

  return {
    async refresh(session, kind) {
      // Two tabs, or a double click: the second one waits for the answer to the first, and does not ask again.
      const current = running.get(session);
      if (current !== undefined) return current;
      const { login } = session;
      const sent = kind === "refresh" ? login?.current.refreshToken : login?.previous?.token;
      if (login === undefined || sent === undefined) return;
      const work = send(session, login, kind, sent).finally(() => running.delete(session));
      running.set(session, work);
      await work;
    },
    async logOut(session) {
      await running.get(session);
      if (session.login === undefined) return undefined;
      const { refreshToken, accessToken } = session.login.current;
      const token = refreshToken ?? accessToken;
      const kind = refreshToken === undefined ? "access token" : "refresh token";
      const receipt = { token: lastCharacters(token), kind, result: await revoke(provider, token) } as const;
      if (receipt.result !== "revoked" || refreshToken === undefined) return receipt;
      return { ...receipt, check: await checkRevoked(provider, refreshToken) };
    },
  };
}

async function revoke(provider: Provider, token: string): Promise<LogoutReceipt["result"]> {
  try {
    return (await provider.revoke(token)) ? "revoked" : "unsupported";
  } catch (error) {
    return describeFailure(error);
  }
}

async function checkRevoked(provider: Provider, refreshToken: string): Promise<"still-works" | Failure> {
  try {
    await provider.refresh(refreshToken);
    return "still-works";
  } catch (error) {
    return describeFailure(error);
  }
}

function toOutcome(failure: Failure): Outcome {
  return failure.type === "refused" ? failure : { type: "failed", detail: failureDetail(failure) };
}
