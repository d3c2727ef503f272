import { QueueFullError } from "../../../platform/bounded-queue.js";
import type { NegotiateInput, NegotiateResult } from "../../port.js";
import { parsePrincipal } from "./principal.js";
import type { Verdict } from "./protocol.js";
import { isService, type KerberosSettings } from "./settings.js";

/** Who a ticket is of, or the answer where that could not be found out. */
export type Negotiated = { readonly username: string; readonly reply?: string } | { readonly answer: NegotiateResult };

/** Larger ones can't be: Windows gives up at 48,000 bytes. */
const maxTokenLength = 65_536;

/** `NTLMSSP` in base64: what Windows sends from a computer that is not in the domain. */
const ntlmStart = "TlRMTVNTUA";

/**
 * HTTP Negotiate (RFC 4559 section 5) with a ticket in one step. `judge` says whether the ticket is good; whether it is
 * for us, and of somebody who may come, is said here.
 */
export async function negotiate(
  settings: KerberosSettings,
  judge: (token: string) => Promise<Verdict>,
  input: NegotiateInput,
): Promise<Negotiated> {
  const token = findToken(input.authorization);
  if (token === undefined) {
    const isEnough = settings.fallbackToPassword && input.wasAsked;
    return { answer: isEnough ? { outcome: "form" } : challenge(settings) };
  }
  if (token.length > maxTokenLength || !/^[A-Za-z0-9+/]+={0,2}$/.test(token) || token.length % 4 !== 0)
    return refuse(settings, "the token is no base64, or too long");
  if (token.startsWith(ntlmStart)) return refuse(settings, "the browser has sent NTLM, which is no Kerberos");
  const verdict = await judgeOrFallBack(settings, judge, token);
  if (!verdict.accepted) return refuse(settings, verdict.reason);
  const { reply } = verdict;
  const username = findUsername(settings, verdict);
  if (typeof username !== "string") return refuse(settings, username.reason);
  return { username, ...(reply !== undefined && { reply }) };
}

/** Where people may type a password instead, they need not wait for the judge to come back. */
async function judgeOrFallBack(
  { fallbackToPassword }: KerberosSettings,
  judge: (token: string) => Promise<Verdict>,
  token: string,
): Promise<Verdict> {
  try {
    return await judge(token);
  } catch (error) {
    if (!fallbackToPassword || error instanceof QueueFullError) throw error;
    return { accepted: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Undefined: the browser has sent none. The scheme's name is not case-sensitive (RFC 9110 section 11.1). */
function findToken(authorization: string | undefined): string | undefined {
  return /^negotiate +(\S+) *$/i.exec(authorization ?? "")?.[1];
}

/** What was wrong is for the log. The browser shows the form, where there is one, when it knows no answer. */
function refuse(settings: KerberosSettings, reason: string): Negotiated {
  if (settings.fallbackToPassword) return { answer: { outcome: "form", rejected: reason } };
  return { answer: { ...challenge(settings), rejected: reason } };
}

function challenge({ fallbackToPassword }: KerberosSettings): Extract<NegotiateResult, { outcome: "challenge" }> {
  return { outcome: "challenge", challenge: "Negotiate", showForm: fallbackToPassword };
}

function findUsername(
  settings: KerberosSettings,
  verdict: Extract<Verdict, { accepted: true }>,
): string | { readonly reason: string } {
  const client = parsePrincipal(verdict.client);
  const service = verdict.services.map(parsePrincipal).find((each) => isService(settings.service, each));
  if (client === undefined) return { reason: "the name in the ticket can't be told from others" };
  if (service === undefined) return { reason: `the ticket is for ${verdict.services.join(", ")}` };
  // Without a realm in the config the service's own: in another realm that ours trusts somebody else has the same name.
  const expected = settings.expectedRealm ?? service.realm;
  if (client.realm.toLowerCase() !== expected.toLowerCase())
    return { reason: `the ticket is of the realm ${client.realm}` };
  return settings.usernameHasRealm ? `${client.name}@${client.realm}` : client.name;
}
