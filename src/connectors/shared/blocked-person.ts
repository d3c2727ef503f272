import type * as z from "zod";
import type { HttpRequest } from "../../platform/http-client.js";
import { findComplaint, parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "./upstream-json.js";

export type PersonAnswer<T> = { readonly person: T } | { readonly blocked: string };

/**
 * Asks the upstream who its token belongs to. An account that was blocked there keeps its token, and gets 403 with a
 * message that matches `saysBlocked`: that is a no to the person. Any other 403 is trouble: a rate limit, or a permission
 * that our application lacks, must not end anybody's login.
 */
export async function fetchPerson<T>(
  caller: UpstreamCaller,
  schema: z.ZodType<T>,
  request: HttpRequest,
  saysBlocked: RegExp,
): Promise<PersonAnswer<T>> {
  const response = await sendPatiently(caller, request);
  const complaint = response.status === 403 ? findComplaint(response) : undefined;
  if (complaint !== undefined && saysBlocked.test(complaint)) return { blocked: complaint };
  return { person: parseJson(schema, requireSuccess(response)) };
}
