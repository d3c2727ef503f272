import type { Identity } from "../../records/identity.js";
import { UpstreamError } from "../shared/upstream-error.js";
import type { SamlOptions } from "./config.js";
import { listChildren, namespaces } from "./elements.js";
import type { XmlElement } from "./parse-xml.js";

type AttributeNames = Pick<SamlOptions, "usernameAttr" | "emailAttr" | "groupsAttr" | "groupsDelim">;

/**
 * Who an assertion is about, with all their groups. As Dex: name and e-mail address must be there, and the address counts
 * as verified. Throws `UpstreamError`, with the names of the attributes that came instead, never their values.
 */
export function readPerson(assertion: XmlElement, userId: string, names: AttributeNames): Identity {
  const attributes = listChildren(assertion, namespaces.assertion, "AttributeStatement").flatMap((statement) =>
    listChildren(statement, namespaces.assertion, "Attribute"),
  );
  return {
    userId,
    username: requireFirst(attributes, names.usernameAttr, "usernameAttr"),
    preferredUsername: "",
    email: requireFirst(attributes, names.emailAttr, "emailAttr"),
    emailVerified: true,
    groups: names.groupsAttr === undefined ? [] : readGroups(attributes, names.groupsAttr, names.groupsDelim),
  };
}

/** A person in no group: identity providers leave the attribute out. */
function readGroups(attributes: readonly XmlElement[], name: string, delimiter: string | undefined): readonly string[] {
  const values = listValues(attributes, name);
  if (delimiter === undefined) return values;
  const [first] = values;
  return first === undefined ? [] : first.split(delimiter);
}

function requireFirst(attributes: readonly XmlElement[], name: string, key: string): string {
  const [value = ""] = listValues(attributes, name);
  if (value !== "") return value;
  const came = attributes.map((attribute) => attribute.attributes.get("Name") ?? "").join(", ");
  throw new UpstreamError(
    `the assertion holds no attribute ${name} (${key}). It holds: ${came.slice(0, 500) || "none"}`,
  );
}

function listValues(attributes: readonly XmlElement[], name: string): readonly string[] {
  return attributes
    .filter((attribute) => attribute.attributes.get("Name") === name)
    .flatMap((attribute) => listChildren(attribute, namespaces.assertion, "AttributeValue"))
    .map(({ text }) => text);
}
