// docs/latchkey.schema.json, which editors complete a configuration by, from the schema of the configuration.
// `npm run docs` writes it. It takes what the reader takes (src/config/read-shape.ts), with two exceptions that help who
// types: a key must be written in the documented case, and an unknown key is a mistake.
import { z } from "zod";
import { secretSources, unwrap } from "./config-keys.mjs";

/** As `parseDuration` reads it (src/platform/duration.ts). Without a unit only zero means something. */
const goDuration = {
  type: ["string", "integer"],
  pattern: "^$|^\\+?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$",
  minimum: 0,
  maximum: 0,
  // Not of JSON Schema: what the YAML language server says instead of the pattern.
  patternErrorMessage: "a duration such as 24h, 1h30m or 500ms; there is no unit for days",
};

/** Unquoted numbers and booleans are read as they were typed. */
const typedText = ["string", "number", "boolean"];

/** The JSON Schema (draft 7), as text. */
export function renderSchema({ ConfigFile, connectorTypes }) {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Latchkey configuration",
    ...describeObject(ConfigFile.shape),
  };
  const connector = schema.properties.connectors.items;
  const types = [...connectorTypes].filter(([type]) => type !== "local");
  connector.properties.type = { ...connector.properties.type, ...chooseText(types.map(([type]) => type)) };
  connector.allOf = types.map(([type, { options }]) => ({
    if: { properties: { type: { const: type } }, required: ["type"] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { config: orNothing(describeObject(unwrap(options).shape)) } },
  }));
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function describeObject(shape) {
  const sources = secretSources(shape).flatMap(({ env, file }) => [env, file]);
  const required = Object.entries(shape).flatMap(([name, schema]) => (isRequired(schema) ? [name] : []));
  return {
    type: "object",
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties: {
      ...Object.fromEntries(Object.entries(shape).map(([name, schema]) => [name, describeKey(schema)])),
      ...Object.fromEntries(sources.map(({ key, description }) => [key, orNothing({ description, type: typedText })])),
    },
  };
}

/** Whether a file without this key is refused. A secret may come from elsewhere. */
export function isRequired(schema) {
  const { required, secret } = schema.meta() ?? {};
  return required === true || (!secret && !schema.safeParse(undefined).success);
}

function describeKey(schema) {
  const { description, unit, required, planned, examples, default: fallback } = schema.meta() ?? {};
  const notes = [description, unit && `(${unit})`, planned && "No effect yet."].filter(Boolean).join(" ");
  const value = schema.def.type === "default" ? schema.def.defaultValue : fallback;
  const described = {
    ...(notes !== "" && { description: notes }),
    ...(value !== undefined && !isEmptyList(value) && { default: value }),
    ...(examples !== undefined && { examples }),
    ...describeValue(schema),
  };
  return required ? described : orNothing(described);
}

function describeValue(schema) {
  const inner = unwrap(schema);
  const { unit, secret, file, values, anyCase } = schema.meta() ?? {};
  if (inner.shape !== undefined) return describeObject(inner.shape);
  if (inner.element !== undefined) return { type: "array", items: describeItem(inner.element, values) };
  if (unit === "Go duration") return { ...goDuration };
  if (inner.def.type === "enum") return chooseText(inner.options);
  if (values !== undefined) return anyCase ? chooseInAnyCase(values) : chooseText(values);
  if (inner.def.type === "string" || secret || file) return { type: typedText };
  const { $schema, ...plain } = z.toJSONSchema(inner, { target: "draft-7", io: "input", unrepresentable: "any" });
  return plain;
}

function describeItem(element, values) {
  if (values !== undefined) return chooseText(values);
  return describeKey(element);
}

/** `1.2` is typed without quotes. */
function chooseText(values) {
  const numbers = values.filter((value) => String(Number(value)) === value).map(Number);
  return { enum: [...values, ...numbers] };
}

function chooseInAnyCase(values) {
  const letters = values.map((value) => value.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`));
  return { anyOf: [{ enum: [...values] }, { type: "string", pattern: `^(${letters.join("|")})?$` }] };
}

/** A key with nothing behind it leaves the default. */
function orNothing(schema) {
  if (schema.enum !== undefined) return { ...schema, enum: [...schema.enum, null] };
  if (schema.anyOf !== undefined) return { ...schema, anyOf: [...schema.anyOf, { type: "null" }] };
  return schema.type === undefined ? schema : { ...schema, type: [schema.type, "null"].flat() };
}

function isEmptyList(value) {
  return Array.isArray(value) && value.length === 0;
}
