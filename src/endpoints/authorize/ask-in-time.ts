import { withinTime } from "../../platform/within-time.js";
import type { AuthorizeContext } from "./context.js";

/** Nobody waits longer in front of a blank page; a queue of passwords, and the longest `http.timeout`, end before. */
const longestLoginMs = 60_000;

/**
 * What a connector says of a login, or a rejection when that takes too long. Each of its requests has a limit of its own, but
 * a login may need any number of them (groups in groups, pages of pages).
 */
export function askInTime<T>(context: AuthorizeContext, work: Promise<T>): Promise<T> {
  return withinTime(context.pause, longestLoginMs, work, () => {
    throw new Error("the login took too long at the upstream");
  });
}
