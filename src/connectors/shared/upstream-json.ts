import * as z from "zod";
import type { HttpClient, HttpRequest, HttpResponse } from "../../platform/http-client.js";
import { UpstreamError, UpstreamRefusal } from "./upstream-error.js";

/** What asking an upstream needs. */
export interface UpstreamCaller {
  readonly http: HttpClient;
  /** Waits, for an upstream that asks for a little patience. */
  readonly pause: (ms: number) => Promise<void>;
}

/** A rate limit that ends within this time is waited for, once; a longer one is told to the person. */
const longestWaitMs = 3_000;

/** Reads JSON of a known shape. 401 rejects with `UpstreamRefusal`, anything else that is not 2xx with `UpstreamError`. */
export async function fetchJson<T>(caller: UpstreamCaller, schema: z.ZodType<T>, request: HttpRequest): Promise<T> {
  return parseJson(schema, requireSuccess(await sendPatiently(caller, request)));
}

/** Sends, and once more where the upstream names a short time to wait (429, or 503, with `Retry-After`). */
export async function sendPatiently({ http, pause }: UpstreamCaller, request: HttpRequest): Promise<HttpResponse> {
  const response = await http.send({ ...request, headers: { accept: "application/json", ...request.headers } });
  if (response.status !== 429 && response.status !== 503) return response;
  const seconds = Number(response.header("retry-after") ?? Number.NaN);
  if (!(seconds >= 0 && seconds * 1_000 <= longestWaitMs)) return response;
  await pause(seconds * 1_000);
  return http.send({ ...request, headers: { accept: "application/json", ...request.headers } });
}

export function requireSuccess(response: HttpResponse): HttpResponse {
  const { status } = response;
  if (status >= 200 && status < 300) return response;
  const what = `${describeUrl(response.url)} answered ${status}${describeBody(response)}`;
  if (status === 401) throw new UpstreamRefusal(what);
  throw new UpstreamError(what, { status });
}

/** For a request whose 401 is about us, or about the upstream itself: it says nothing of the person, whose login must not end. */
export async function withoutRefusal<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof UpstreamRefusal ? new UpstreamError(error.message, { status: 401 }) : error;
  }
}

export function parseJson<T>(schema: z.ZodType<T>, response: HttpResponse): T {
  const where = describeUrl(response.url);
  let value: unknown;
  try {
    value = JSON.parse(response.text);
  } catch {
    const type = response.header("content-type") ?? "no content type";
    throw new UpstreamError(`${where} answered with something that is not JSON (${type})`, { status: response.status });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue === undefined ? "" : `${issue.path.join(".") || "the answer"}: ${issue.message}`;
  throw new UpstreamError(`${where} answered in an unexpected form: ${at}`, { status: response.status });
}

/** Without the query, which may carry secrets or names. */
function describeUrl(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

const Complaint = z.object({
  error: z.union([z.string(), z.object({ message: z.string().optional() })]).optional(),
  error_description: z.string().optional(),
  message: z.string().optional(),
});

/** What the body says of the error, short and on one line. */
export function findComplaint({ text }: HttpResponse): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = Complaint.safeParse(value);
  const error = typeof data?.error === "object" ? data.error.message : data?.error;
  const said = [error, data?.error_description ?? data?.message].filter((part) => part !== undefined && part !== "");
  return said.length === 0 ? undefined : concealTokens(said.join(": ").replaceAll(/\s+/g, " ")).slice(0, 200);
}

/** An upstream may send back what it was sent: words as long as a token do not go into the log. */
export function concealTokens(text: string): string {
  return text.replaceAll(/[\w.~+/=-]{40,}/g, "[...]");
}

function describeBody(response: HttpResponse): string {
  const complaint = findComplaint(response);
  return complaint === undefined ? "" : ` (${complaint})`;
}
