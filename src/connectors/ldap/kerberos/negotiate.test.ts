import { describe, expect, it } from "vitest";
import { QueueFullError } from "../../../platform/bounded-queue.js";
import { type Negotiated, negotiate } from "./negotiate.js";
import type { Verdict } from "./protocol.js";
import type { KerberosSettings } from "./settings.js";

const settings: KerberosSettings = {
  keytabPath: "/etc/http.keytab",
  maxClockSkewSeconds: undefined,
  service: undefined,
  expectedRealm: undefined,
  usernameHasRealm: false,
  fallbackToPassword: false,
};
const good: Verdict = {
  accepted: true,
  client: "jane@EXAMPLE.ORG",
  services: ["SRV$@EXAMPLE.ORG", "HTTP/a@EXAMPLE.ORG"],
  reply: "oRQ=",
};
const scopes = { offlineAccess: false, groups: false };

interface Case {
  readonly authorization?: string;
  readonly wasAsked?: boolean;
  readonly verdict?: Verdict;
  readonly more?: Partial<KerberosSettings>;
}

function decide({
  authorization = "Negotiate YII=",
  wasAsked = false,
  verdict = good,
  more = {},
}: Case): Promise<Negotiated> {
  return negotiate({ ...settings, ...more }, () => Promise.resolve(verdict), { scopes, authorization, wasAsked });
}

const asks = { outcome: "challenge", challenge: "Negotiate", showForm: false };
const asksAboveForm = { ...asks, showForm: true };
const fallback = { fallbackToPassword: true };

describe("Negotiate (RFC 4559 section 5)", () => {
  it.each<[string, Case, unknown]>([
    ["nothing was sent", { authorization: "" }, asks],
    ["another scheme was used", { authorization: "Basic amFuZTpmb28=" }, asks],
    ["the scheme stands alone", { authorization: "Negotiate" }, asks],
    ["nothing was sent, and there is a form", { authorization: "", more: fallback }, asksAboveForm],
    [
      "nothing was sent, by a browser that was asked",
      { authorization: "", wasAsked: true, more: fallback },
      { outcome: "form" },
    ],
    [
      "nothing was sent, by a browser that was asked, and there is no form",
      { authorization: "", wasAsked: true },
      asks,
    ],
  ])("where %s", async (_, input, answer) => {
    expect(await decide(input)).toEqual({ answer });
  });

  it.each<[string, Case, string]>([
    ["no base64", { authorization: "Negotiate Y*I=" }, "no base64"],
    ["base64 that was cut", { authorization: "Negotiate YII" }, "no base64"],
    ["too long", { authorization: `Negotiate ${"A".repeat(65_540)}` }, "too long"],
    ["NTLM", { authorization: `Negotiate ${btoa("NTLMSSP\0\x01\0\0")}` }, "NTLM"],
    ["refused by the library", { verdict: { accepted: false, reason: "Request is a replay" } }, "Request is a replay"],
    ["of a name that could be another one's", { verdict: { ...good, client: String.raw`a\@B@C` } }, "can't be told"],
    ["of another realm", { verdict: { ...good, client: "jane@OTHER.ORG" } }, "realm OTHER.ORG"],
    ["for another service", { more: { service: "HTTP/b" } }, "for SRV$@EXAMPLE.ORG, HTTP/a@EXAMPLE.ORG"],
  ])("a token that is %s is refused, with the form where there is one", async (_, input, reason) => {
    expect(await decide(input)).toEqual({ answer: { ...asks, rejected: expect.stringContaining(reason) } });
    const more = { ...input.more, ...fallback };
    expect(await decide({ ...input, more })).toEqual({
      answer: { outcome: "form", rejected: expect.stringContaining(reason) },
    });
  });

  it.each<[string, Case, string]>([
    ["the bare name", {}, "jane"],
    ["the bare name where the service is another name of the key", { more: { service: "HTTP/a" } }, "jane"],
    ["the whole name", { more: { usernameHasRealm: true } }, "jane@EXAMPLE.ORG"],
    [
      "the bare name of an expected realm",
      { more: { expectedRealm: "other.org" }, verdict: { ...good, client: "jane@OTHER.ORG" } },
      "jane",
    ],
  ])("a good one gives %s, and the answer for the browser", async (_, input, username) => {
    expect(await decide(input)).toEqual({ username, reply: "oRQ=" });
  });

  it("falls back where nobody can judge, but not where too many wait", async () => {
    const input = { scopes, authorization: "Negotiate YII=", wasAsked: false };
    const dead = (): Promise<Verdict> => Promise.reject(new Error("the process has ended"));
    await expect(negotiate(settings, dead, input)).rejects.toThrow("has ended");
    expect(await negotiate({ ...settings, ...fallback }, dead, input)).toEqual({
      answer: { outcome: "form", rejected: "the process has ended" },
    });
    const full = (): Promise<Verdict> => Promise.reject(new QueueFullError());
    await expect(negotiate({ ...settings, ...fallback }, full, input)).rejects.toThrow(QueueFullError);
  });
});
