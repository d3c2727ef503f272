import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainHttp } from "../../../test/support/connector-context.js";
import { type HttpUpstream, startHttpUpstream } from "../../../test/support/http-upstream.js";
import { type HttpClient, openHttpClient } from "../../platform/http-client.js";
import { limitTime } from "./limit-time.js";

let upstream: HttpUpstream;
let http: HttpClient;

beforeAll(async () => {
  upstream = await startHttpUpstream(() => ({ body: "yes" }));
  http = openHttpClient(plainHttp);
});

afterAll(async () => {
  await Promise.all([http.close(), upstream.close()]);
});

describe("one look at a person", () => {
  it("begins no further request once it has taken too long, and says so without the query", async () => {
    let now = 1_000;
    const limited = limitTime({ http, pause: () => Promise.resolve() }, () => now);
    const url = `${upstream.url}/groups?secret=s3cret`;
    now += 20_000;
    expect((await limited.http.send({ url })).text).toBe("yes");
    now += 1;
    await expect(limited.http.send({ url })).rejects.toThrow(/^127\.0\.0\.1:\d+ takes too long to tell who this is$/);
    expect(upstream.requests).toHaveLength(1);
    // The next look has its own time.
    expect((await limitTime({ http, pause: () => Promise.resolve() }, () => now).http.send({ url })).text).toBe("yes");
  });
});
