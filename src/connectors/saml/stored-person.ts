import * as z from "zod";
import type { Identity } from "../../records/identity.js";

/** As Dex stores it, so that logins from there go on. */
const StoredPerson = z.object({
  userId: z.string().min(1),
  username: z.string(),
  preferredUsername: z.string().default(""),
  email: z.string(),
  emailVerified: z.boolean(),
  groups: z.array(z.string()).nullish(),
});

/** What a refresh will know of the person: SAML has no way to ask again. */
export function formatPerson(person: Identity): string {
  const { groups, ...rest } = person;
  const stored: z.input<typeof StoredPerson> = { ...rest, ...(groups.length > 0 && { groups: [...groups] }) };
  return JSON.stringify(stored);
}

/** Undefined for what nobody can have stored here. */
export function findPerson(data: string | undefined): Identity | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data ?? "");
  } catch {
    return undefined;
  }
  const { data: stored } = StoredPerson.safeParse(value);
  return stored && { ...stored, groups: stored.groups ?? [] };
}
