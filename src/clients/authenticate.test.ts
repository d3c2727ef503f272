import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OAuthError } from "../oidc/oauth-error.js";
import { parseParameters } from "../oidc/parameters.js";
import { sha256 } from "../platform/hashing.js";
import type { Client } from "../records/client.js";
import { authenticateClient, parseClientCredentials } from "./authenticate.js";
import { createStaticRegistry } from "./registry.js";

const refreshPolicy = { rotation: true, reuseIntervalMs: 30_000, maxPerUserAndClient: 50 };

function createClient(id: string, changes: Partial<Client> = {}): Client {
  return { id, name: id, isPublic: false, redirectUris: [], trustedPeers: [], refreshPolicy, ...changes };
}

const registry = createStaticRegistry([
  createClient("app", { secretHash: sha256("secret") }),
  createClient("a:b c%", { secretHash: sha256("p+w:ë") }),
  createClient("spa", { isPublic: true }),
  createClient("cli", { isPublic: true, secretHash: sha256("not so secret") }),
  createClient("broken"),
]);

function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
}

async function authenticate(authorization: string | undefined, body = ""): Promise<string> {
  return (await authenticateClient(registry, authorization, parseParameters(body))).id;
}

async function refusal(authorization: string | undefined, body = ""): Promise<OAuthError> {
  try {
    await authenticate(authorization, body);
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
  throw new Error("was let in");
}

describe("a client proves itself (RFC 6749 §2.3.1)", () => {
  it("by the Authorization header, whatever the letters of the scheme", async () => {
    expect(await authenticate(basic("app", "secret"))).toBe("app");
    expect(await authenticate(basic("app", "secret").replace("Basic", "bASIC"))).toBe("app");
    expect(await authenticate(basic("app", "secret"), "client_id=app")).toBe("app");
  });

  it("with both halves form-encoded, or as they are where nothing needs it", async () => {
    const encoded = basic("a%3Ab+c%25", "p%2Bw%3A%C3%AB");
    expect(await authenticate(encoded)).toBe("a:b c%");
    expect(await authenticate(basic("a%3Ab+c%25", "p%2Bw:ë"))).toBe("a:b c%");
  });

  it("by the body", async () => {
    expect(await authenticate(undefined, "client_id=app&client_secret=secret")).toBe("app");
  });

  it("by its id alone where it is public and has no secret", async () => {
    expect(await authenticate(undefined, "client_id=spa")).toBe("spa");
    expect(await authenticate(basic("spa", ""))).toBe("spa");
    expect(await authenticate(undefined, "client_id=spa&client_secret=")).toBe("spa");
  });

  it("by its secret too where it is public and has one, as in Dex", async () => {
    expect(await authenticate(undefined, "client_id=cli&client_secret=not+so+secret")).toBe("cli");
    expect(await refusal(undefined, "client_id=cli")).toMatchObject({ code: "invalid_client" });
  });
});

describe("a client is refused", () => {
  it.each([
    ["an unknown one", basic("nobody", "secret"), ""],
    ["a wrong secret", basic("app", "Secret"), ""],
    ["an empty secret", basic("app", ""), ""],
    ["the stored hash for a secret", basic("app", sha256("secret")), ""],
    ["an empty id", basic("", "secret"), ""],
    ["a confidential one by its id", undefined, "client_id=app"],
    ["a confidential one without a secret on file", undefined, "client_id=broken"],
    ["a confidential one without a secret on file, by an empty one", basic("broken", ""), ""],
    ["any secret for a public one that has none", undefined, "client_id=spa&client_secret=x"],
    ["no client at all", undefined, ""],
    ["a secret without a client", undefined, "client_secret=secret"],
    ["another scheme", "Bearer abc", ""],
    ["another scheme beside a body", "Bearer abc", "client_id=app&client_secret=secret"],
    ["text that is not base64", "Basic a:b", ""],
    ["no text", "Basic ", ""],
    ["an empty header", "", ""],
    ["a header without a colon", `Basic ${Buffer.from("app").toString("base64")}`, ""],
    ["bytes that are not UTF-8", `Basic ${Buffer.from([0xff, 0x3a, 0xff]).toString("base64")}`, ""],
  ])("with 401 invalid_client: %s (RFC 6749 §5.2)", async (_what, authorization, body) => {
    expect(await refusal(authorization, body)).toMatchObject({ code: "invalid_client", status: 401 });
  });

  it("with the scheme named wherever it used the header (RFC 6749 §5.2)", async () => {
    for (const header of [basic("app", "wrong"), basic("app", ""), basic("nobody", "x"), "Basic ", "Bearer x"]) {
      expect((await refusal(header)).scheme).toBe("Basic");
    }
    expect((await refusal(undefined, "client_id=app&client_secret=wrong")).scheme).toBeUndefined();
  });

  it("in the same words whether it exists or not", async () => {
    const [known, unknown] = [await refusal(basic("app", "wrong")), await refusal(basic("nobody", "wrong"))];
    expect(known.message).toBe(unknown.message);
    expect(known.detail).not.toBe(unknown.detail);
  });

  it.each([
    ["two secrets at once (RFC 6749 §2.3)", basic("app", "secret"), "client_secret=secret"],
    ["two ids that differ", basic("app", "secret"), "client_id=spa"],
    ["a broken escape in the header", basic("app%", "secret"), ""],
    ["an escape that is not UTF-8", basic("app", "%ff"), ""],
    ["a parameter sent twice", undefined, "client_id=app&client_id=app"],
    ["a secret sent twice", basic("app", "secret"), "client_secret=&client_secret="],
  ])("with 400 invalid_request: %s", async (_what, authorization, body) => {
    expect(await refusal(authorization, body)).toMatchObject({ code: "invalid_request", status: 400 });
  });
});

describe("parseClientCredentials", () => {
  it("gives back whatever was form-encoded into the header", () => {
    const text = fc.string({ unit: "binary", minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(text, text, (clientId, secret) => {
        const encode = (part: string): string => new URLSearchParams([["", part]]).toString().slice(1);
        const header = basic(encode(clientId), encode(secret));
        expect(parseClientCredentials(header, parseParameters(""))).toEqual({ clientId, secret, method: "basic" });
      }),
    );
  });

  it("throws nothing but an OAuthError, whatever the header (security case 26)", () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => `Basic ${Buffer.from(array).toString("base64")}`);
    const pairs = fc.string({ unit: "binary" }).map((text) => basic(text, "%"));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), bytes, pairs), (header) => {
        try {
          parseClientCredentials(header, parseParameters("client_id=app"));
        } catch (error) {
          expect(error).toBeInstanceOf(OAuthError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("reads a header of 100 kB in no time (security case 27)", () => {
    const started = performance.now();
    for (const header of [
      `Basic ${" ".repeat(100_000)}`,
      `Basic ${"=".repeat(100_000)}`,
      `Basic ${"A".repeat(100_000)}!`,
    ]) {
      expect(() => parseClientCredentials(header, parseParameters(""))).toThrow(OAuthError);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});
