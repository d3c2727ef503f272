import type { ServerResponse } from "node:http";
import type { HttpUpstream, Interference, UpstreamReply } from "../../support/http-upstream.js";
import { type Behaviour, everywhere, type Fault } from "../stand.js";

/** Fails as the contract wants it, over HTTP: `const fault = failHttp(...); if (fault) return fault.reply;`. */
export function failHttp(behaviour: Behaviour, place: string, response: ServerResponse): Interference {
  if (!("place" in behaviour) || ![place, everywhere].includes(behaviour.place)) return undefined;
  return { reply: replies[behaviour.kind](response) };
}

/** Makes an upstream fail at its places, by path, as the stand is told to. */
export function failByPath(
  upstream: HttpUpstream,
  places: Readonly<Record<string, string>>,
  behaviour: () => Behaviour,
): void {
  upstream.interfere(({ url }, response) => failHttp(behaviour(), places[url.pathname] ?? "", response));
}

const html = "<!doctype html><title>Sign in</title><p>Please sign in to the network.</p>";

const replies: Readonly<Record<Fault, (response: ServerResponse) => UpstreamReply | undefined>> = {
  // Never answers: the connector's own patience ends it.
  slow: () => undefined,
  "status-500": () => ({ status: 500, body: "Internal Server Error" }),
  // What a captive portal or a login wall says.
  "wrong-content-type": () => ({ headers: { "content-type": "text/html" }, body: html }),
  "bad-json": () => ({ headers: { "content-type": "application/json" }, body: '{"id": 7, "name": "Cas' }),
  // Valid JSON, and more than anybody should read.
  "huge-body": () => ({ headers: { "content-type": "application/json" }, body: `{"id": "${"7".repeat(9_000_000)}"}` }),
  down: (response) => {
    response.destroy();
    return undefined;
  },
};

/** Goes to a page that sends the browser on at once, and reads the query that it comes back with. */
export async function visitByGet(url: string): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(url, { redirect: "manual" });
  const location = response.headers.get("location");
  if (location === null) throw new Error(`${url} does not send the browser back (${response.status})`);
  return new Map(new URL(location, url).searchParams);
}
