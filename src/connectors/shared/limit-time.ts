import type { Clock } from "../../platform/clock.js";
import { UpstreamError } from "./upstream-error.js";
import type { UpstreamCaller } from "./upstream-json.js";

/** Less than the four fifths of a lease that a refresh has (ADR 8). */
const longestReadMs = 20_000;

/**
 * A caller for one look at a person. Each request has its own limit; a person with a thousand groups at a slow upstream is a
 * thousand requests, and those must end as well: after a while no further one is begun.
 */
export function limitTime(caller: UpstreamCaller, clock: Clock): UpstreamCaller {
  const givesUpAt = clock() + longestReadMs;
  return {
    ...caller,
    http: {
      ...caller.http,
      async send(request) {
        if (clock() > givesUpAt)
          throw new UpstreamError(`${new URL(request.url).host} takes too long to tell who this is`);
        return caller.http.send(request);
      },
    },
  };
}
