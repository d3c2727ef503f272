import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { plainHttp } from "../../test/support/connector-context.js";
import { type HttpUpstream, startHttpUpstream } from "../../test/support/http-upstream.js";
import { type HttpClient, HttpError, openHttpClient } from "./http-client.js";

let upstream: HttpUpstream;
let other: HttpUpstream;
let client: HttpClient;

beforeAll(async () => {
  [upstream, other] = await Promise.all([startHttpUpstream(), startHttpUpstream()]);
  client = openHttpClient({ ...plainHttp, timeoutMs: 2_000 });
});

beforeEach(() => upstream.answer(() => ({ status: 404 })));

afterAll(async () => {
  await Promise.all([client.close(), upstream.close(), other.close()]);
});

async function failureOf(sent: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await sent.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HttpError) return error;
  throw new Error(`an HttpError expected, not ${String(error)}`);
}

describe("the HTTP client of connectors", () => {
  it("sends method, headers and body, and hands back status, headers and text whatever the status", async () => {
    upstream.answer(() => ({ status: 418, headers: { "x-kind": "teapot" }, body: "short and stout" }));
    const answer = await client.send({
      method: "POST",
      url: `${upstream.url}/brew?cups=2`,
      headers: { authorization: "Bearer t" },
      body: "a=b",
    });
    expect([answer.status, answer.header("x-kind"), answer.text]).toEqual([418, "teapot", "short and stout"]);
    expect(upstream.requests.at(-1)).toMatchObject({ method: "POST", body: "a=b" });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe("Bearer t");
  });

  it("follows a redirect within the origin, and none to another host: it would carry the token there", async () => {
    upstream.answer(({ url }) =>
      url.pathname === "/here" ? { body: "here" } : { status: 302, headers: { location: "/here" } },
    );
    expect((await client.send({ url: `${upstream.url}/moved` })).text).toBe("here");
    upstream.answer(() => ({ status: 302, headers: { location: `${other.url}/stolen` } }));
    const failure = await failureOf(
      client.send({ url: `${upstream.url}/moved`, headers: { authorization: "Bearer t" } }),
    );
    expect(failure.failure).toBe("redirect");
    expect(other.requests).toEqual([]);
  });

  it("hands a redirect back where it is asked to, and after a POST always", async () => {
    upstream.answer(() => ({ status: 302, headers: { location: "/here" } }));
    expect((await client.send({ url: upstream.url, followRedirects: false })).status).toBe(302);
    expect((await client.send({ method: "POST", url: upstream.url, body: "" })).status).toBe(302);
  });

  it("gives up on redirects without end, and on those to nowhere", async () => {
    upstream.answer(() => ({ status: 302, headers: { location: "/again" } }));
    expect((await failureOf(client.send({ url: upstream.url }))).failure).toBe("redirect");
    upstream.answer(() => ({ status: 302, headers: { location: "http://[" } }));
    expect((await failureOf(client.send({ url: upstream.url }))).failure).toBe("redirect");
  });

  it("gives up on an upstream that is silent, or dribbles, when the time is over", async () => {
    const hasty = openHttpClient({ ...plainHttp, timeoutMs: 100 });
    upstream.answer(() => undefined);
    expect((await failureOf(hasty.send({ url: upstream.url }))).failure).toBe("timeout");
    upstream.answer((_request, response) => {
      response.write("x");
      const drops = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(drops));
      return undefined;
    });
    const failure = await failureOf(hasty.send({ url: `${upstream.url}/?secret=s3cret` }));
    expect(failure.failure).toBe("timeout");
    expect(failure.message).not.toContain("s3cret");
    await hasty.close();
  });

  it("reads no endless answer", async () => {
    const mebibyte = "x".repeat(1_048_576);
    upstream.answer((_request, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(mebibyte));
      };
      response.on("drain", write);
      write();
      return undefined;
    });
    expect((await failureOf(client.send({ url: upstream.url }))).failure).toBe("too-large");
  });

  it("says which host could not be reached", async () => {
    const gone = await startHttpUpstream();
    await gone.close();
    const failure = await failureOf(client.send({ url: gone.url }));
    expect([failure.failure, failure.message.includes(new URL(gone.url).host)]).toEqual(["network", true]);
  });

  it("speaks http and https alone", async () => {
    for (const url of ["file:///etc/passwd", "ftp://x", "no url", ""]) {
      expect((await failureOf(client.send({ url }))).failure).toBe("network");
    }
  });

  it("goes through the proxy that is set, except to the hosts that are excepted", async () => {
    const proxy = { http: other.url, https: other.url, exceptions: "" };
    const proxied = openHttpClient({ ...plainHttp, proxy });
    other.answer(() => ({ body: "from the proxy" }));
    upstream.answer(() => ({ body: "direct" }));
    const seen = other.requests.length;
    await proxied.send({ url: upstream.url }).catch(() => undefined);
    expect(other.requests.length + other.tunnels.length).toBeGreaterThan(seen);
    await proxied.close();
    const excepted = openHttpClient({ ...plainHttp, proxy: { ...proxy, exceptions: "127.0.0.1" } });
    expect((await excepted.send({ url: upstream.url })).text).toBe("direct");
    await excepted.close();
  });
});
