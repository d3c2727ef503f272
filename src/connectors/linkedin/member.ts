import * as z from "zod";
import { trimSlashes } from "../../platform/url.js";
import { fetchJson, type UpstreamCaller } from "../shared/upstream-json.js";
import type { LinkedInOptions } from "./config.js";

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
}

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

const Me = z.object({ id: z.string().min(1), localizedFirstName: text, localizedLastName: text });
const Addresses = z.object({ elements: z.array(z.object({ "handle~": z.object({ emailAddress: text }).optional() })) });
const UserInfo = z.object({
  sub: z.string().min(1),
  name: text,
  given_name: text,
  family_name: text,
  email: text,
  email_verified: z.union([z.boolean(), z.literal("true").transform(() => true)]).catch(false),
});

/** Reads who the token is for, from the product that the app has. Rejects as `fetchJson` does. */
export function readMember(options: LinkedInOptions, caller: UpstreamCaller, accessToken: string): Promise<Member> {
  const base = trimSlashes(options.apiURL);
  const get = <T>(schema: z.ZodType<T>, path: string): Promise<T> =>
    fetchJson(caller, schema, { url: `${base}${path}`, headers: { authorization: `Bearer ${accessToken}` } });
  return options.openIDConnect ? readUserInfo(get) : readProfile(get);
}

type Get = <T>(schema: z.ZodType<T>, path: string) => Promise<T>;

/** Product "Sign In with LinkedIn" (`r_liteprofile`, `r_emailaddress`): the last address counts, as in Dex. */
async function readProfile(get: Get): Promise<Member> {
  const me = await get(Me, "/me");
  const { elements } = await get(Addresses, "/emailAddress?q=members&projection=(elements*(handle~))");
  return {
    id: me.id,
    name: joinName(me.localizedFirstName, me.localizedLastName),
    email: elements.at(-1)?.["handle~"]?.emailAddress ?? "",
    emailVerified: true,
  };
}

/** Product "Sign In with LinkedIn using OpenID Connect": UserInfo (Core section 5.3.2). */
async function readUserInfo(get: Get): Promise<Member> {
  const info = await get(UserInfo, "/userinfo");
  return {
    id: info.sub,
    name: info.name.trim() || joinName(info.given_name, info.family_name),
    email: info.email,
    emailVerified: info.email_verified,
  };
}

function joinName(first: string, last: string): string {
  return `${first} ${last}`.trim();
}
