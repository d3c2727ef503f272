import { keyedHash } from "../platform/hashing.js";
import { approveLogin, finishLogin, type Login, type OpenLogin } from "../records/login.js";
import type { Collection } from "../storage/collection.js";
import { type Flow, loginKey } from "./flow.js";

/** The value that ties a consent page to the identity it shows; travels as `hmac`, Dex's name for it. */
export function createConsentMark(flow: Flow, login: OpenLogin): string {
  return keyedHash(flow.id, "consent", login.generation);
}

export type ConsentOutcome = "done" | "outdated" | "finished";

/** Writes down the person's consent; `outdated` when the page was made for another identity than the row holds now. */
export async function approve(
  logins: Collection<Login>,
  flow: Flow,
  mark: string | undefined,
): Promise<ConsentOutcome> {
  const outcome = await logins.update<ConsentOutcome>(loginKey(flow), (login) => {
    if (login.state === "finished") return { keep: true, result: "finished" };
    const approved = createConsentMark(flow, login) === mark ? approveLogin(login, login.generation) : undefined;
    return approved === undefined ? { keep: true, result: "outdated" } : { put: approved, result: "done" };
  });
  return outcome ?? "outdated";
}

/** Ends the flow and hands out the login it had: of several callers exactly one gets it. */
export async function finish(
  logins: Collection<Login>,
  flow: Flow,
  isReady: (login: OpenLogin) => boolean,
): Promise<OpenLogin | undefined> {
  return logins.update<OpenLogin | undefined>(loginKey(flow), (login) =>
    login.state === "open" && isReady(login)
      ? { put: finishLogin(login), result: login }
      : { keep: true, result: undefined },
  );
}
