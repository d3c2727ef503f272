// Writes docs/configuration.md from the schema of the configuration: `npm run build && node scripts/config-reference.mjs`.
// With a folder as argument the schema is taken from that build; with `--check` nothing is written, and a page that is
// out of date is an error.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const page = "docs/configuration.md";
const args = process.argv.slice(2);
const build = args.find((arg) => !arg.startsWith("--")) ?? "dist";
const { ConfigFile } = await import(pathToFileURL(resolve(build, "config/schema/top.js")).href);

const intro = `# Configuration

<!-- Made from the schema by scripts/config-reference.mjs: change the schema, not this page. -->

One YAML file, with the keys of Dex. \`latchkey check CONFIG\` reports every problem of a file in one run, with line and
column; \`latchkey serve CONFIG\` starts with it. [config.example.yaml](../config.example.yaml) is a working start.

- YAML 1.1, as Dex reads it: \`yes\` and \`on\` are true, anchors and merge keys work, of a key that stands twice the last one
  counts (with a warning). JSON is YAML too.
- Keys match whatever their case. A key that nobody knows is a warning; one that is nearly right is an error with the right
  spelling. \`--strict\` makes every unknown key an error, \`--lenient\` makes misspelt ones warnings.
- Numbers and booleans are read as text where text is expected: \`secret: 12345\` needs no quotes.
- Durations are Go's: \`24h\`, \`1h30m\`, \`500ms\`. There is no unit for days.
- \`$NAME\` and \`\${NAME}\` are replaced by environment variables in \`storage.config\`, \`signer.config\` and
  \`connectors[].config\`, nowhere else (\`DEX_EXPAND_ENV=false\` switches that off). Elsewhere use the key with \`Env\` or
  \`File\` at its end: \`secretEnv\`, \`secretFile\`, \`idEnv\`, \`idFile\`, \`hashFromEnv\`, \`hashFromFile\`,
  \`encryptionKeysEnv\`, \`encryptionKeysFile\`. One line end at the end of a file is dropped.
- A file that is still a template (\`{{ ... }}\`) is refused: render it first.
- Keys of Dex that do not work here yet are refused where they decide who gets in, where state lives or what signs;
  the others are warnings.
`;

const text = renderPage();
if (!args.includes("--check")) writeFileSync(page, text);
else if (readFileSync(page, "utf8") !== text) {
  console.error(`${page} is out of date: npm run build && node scripts/config-reference.mjs`);
  process.exitCode = 1;
}

function renderPage() {
  const { shape } = ConfigFile;
  const top = Object.entries(shape).filter(([, schema]) => !hasMembers(schema));
  const sections = Object.entries(shape).filter(([, schema]) => hasMembers(schema));
  return `${intro}
## Top level

${renderTable(top)}
${sections.map(([name, schema]) => renderSection(name, schema)).join("\n")}`;
}

function renderSection(name, schema) {
  const isList = unwrap(schema).element !== undefined;
  const { description = "" } = schema.meta() ?? {};
  return `## \`${name}${isList ? "[]" : ""}\`

${description}

${renderTable(flatten(membersOf(schema), ""))}`;
}

/** Members of members stand in the table of their section, by dotted name. */
function flatten(members, prefix) {
  return Object.entries(members).flatMap(([name, schema]) => {
    const full = `${prefix}${name}`;
    return hasMembers(schema) && unwrap(schema).element === undefined
      ? flatten(membersOf(schema), `${full}.`)
      : [[full, schema]];
  });
}

function renderTable(rows) {
  const lines = rows.map(([name, schema]) => {
    const { description = "", unit, secret, planned } = schema.meta() ?? {};
    const notes = [
      description,
      unit && `(${unit})`,
      secret && "Secret.",
      planned && "**No effect yet.**",
      optionsOf(schema),
    ].filter(Boolean);
    return `| \`${name}\` | ${typeOf(schema)} | ${defaultOf(schema)} | ${notes.join(" ").replaceAll("|", "\\|")} |`;
  });
  return `| key | type | default | meaning |\n| --- | --- | --- | --- |\n${lines.join("\n")}\n`;
}

function unwrap(schema) {
  let inner = schema;
  while (["optional", "default", "prefault"].includes(inner.def.type)) inner = inner.unwrap();
  return inner;
}

function hasMembers(schema) {
  return membersOf(schema) !== undefined;
}

function membersOf(schema) {
  const inner = unwrap(schema);
  return inner.shape ?? inner.element?.shape;
}

function typeOf(schema) {
  const names = {
    string: "text",
    boolean: "true or false",
    number: "number",
    array: "list",
    enum: "text",
    object: "map",
  };
  return names[unwrap(schema).def.type] ?? "any";
}

function optionsOf(schema) {
  const { options } = unwrap(schema);
  return Array.isArray(options) ? `One of ${options.map((option) => `\`${option}\``).join(", ")}.` : "";
}

function defaultOf(schema) {
  if (schema.def.type !== "default") return "";
  const value = schema.def.defaultValue;
  return Array.isArray(value) ? "none" : `\`${String(value)}\``;
}
