import { suffix } from "./slapd.js";

// People and groups for tests, as LDIF. Values are written in base64, so that any byte may stand in them.

export const people = `ou=People,${suffix}`;
export const groups = `ou=Groups,${suffix}`;

type Value = string | Buffer;

/** One entry of LDIF (RFC 2849). */
export function entry(dn: string, attributes: Readonly<Record<string, Value | readonly Value[]>>): string {
  const lines = Object.entries(attributes).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${name}:: ${encode(each)}`),
  );
  return `dn:: ${encode(dn)}\n${lines.join("\n")}\n\n`;
}

function encode(value: Value): string {
  return Buffer.from(value).toString("base64");
}

export const base = [
  entry(suffix, { objectClass: ["dcObject", "organization"], dc: "example", o: "Example" }),
  ...["People", "Groups", "Moved"].map((ou) => entry(`ou=${ou},${suffix}`, { objectClass: "organizationalUnit", ou })),
].join("");

/** A person whose password is `foo` unless they say otherwise. */
export function person(
  uid: string,
  more: Readonly<Record<string, Value | readonly Value[]>> = {},
  dn = `uid=${escapeDn(uid)},${people}`,
): string {
  return entry(dn, {
    objectClass: ["inetOrgPerson", "directoryUser"],
    uid,
    cn: `Name of ${uid}`,
    sn: uid,
    mail: `${uid.replaceAll(/[^a-z]/gi, "x")}@example.org`,
    userPassword: "foo",
    ...more,
  });
}

/** A group; `rdn` where the name has to be escaped in the DN. */
export function group(cn: string, members: readonly string[], rdn = cn): string {
  return entry(`cn=${rdn},${groups}`, { objectClass: "groupOfNames", cn, member: [...members] });
}

/** RFC 4514 section 2.4: every byte that could be something else, in hex. */
export function escapeDn(value: string): string {
  return [...Buffer.from(value)]
    .map((byte) => (/[a-z0-9]/i.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `\\${hex(byte)}`))
    .join("");
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
