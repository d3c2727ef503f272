import type { IncomingMessage, ServerResponse } from "node:http";
import type { Html } from "../src/pages/html.js";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/**
 * Where the forms of a page can end. Browsers apply `form-action` to the redirects that follow a form, and the login
 * form is followed by redirects to the provider and to whatever the provider sends people to.
 */
export type FormsEnd = "here" | "elsewhere";

const policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";
const everywhere = {
  "x-content-type-options": "nosniff",
  // Not `no-referrer`: that would make the `Origin` of our own forms `null`.
  "referrer-policy": "same-origin",
} as const;

export function createPageAnswer(status: number, page: Html, forms: FormsEnd = "here"): Answer {
  return {
    status,
    headers: {
      ...everywhere,
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": forms === "here" ? `${policy}; form-action 'self'` : policy,
      "cache-control": "no-store",
    },
    body: page.toString(),
  };
}

export function createFileAnswer(contentType: string, body: Buffer): Answer {
  return { status: 200, headers: { ...everywhere, "content-type": contentType, "cache-control": "max-age=60" }, body };
}

/** 303: what follows is a GET, whatever this was. */
export function createRedirect(location: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 303, headers: { ...everywhere, ...headers, location, "cache-control": "no-store" }, body: "" };
}

export function withCookie(answer: Answer, setCookie: string | undefined): Answer {
  return setCookie === undefined ? answer : { ...answer, headers: { ...answer.headers, "set-cookie": setCookie } };
}

export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers);
  response.end(request.method === "HEAD" ? undefined : answer.body);
}

const maxFormBytes = 8192;

/** The fields of a form; undefined where there are more than 8 KiB of them. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop early must not end the connection: the answer goes out on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxFormBytes) return undefined;
    chunks.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
