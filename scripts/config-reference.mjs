// Writes docs/configuration.md from the schema of the configuration: `npm run build && node scripts/config-reference.mjs`.
// With a folder as argument the schema is taken from that build; with `--check` nothing is written, and a page that is
// out of date is an error.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const page = "docs/configuration.md";
const args = process.argv.slice(2);
const build = args.find((arg) => !arg.startsWith("--")) ?? "dist";
const { ConfigFile } = await load("config/schema/top.js");
const { connectorTypes } = await load("connectors/catalogue.js");

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
  \`encryptionKeysEnv\`, \`encryptionKeysFile\`, and \`...Env\`, \`...File\` for every secret of a connector. One line end at
  the end of a file is dropped. What is named must be there, and must not be empty.
- A file that is still a template (\`{{ ... }}\`) is refused: render it first. One that only reads variables of the environment
  is rendered where \`LATCHKEY_RENDER_TEMPLATES=true\`, as in the [image](container.md#variables-in-the-configuration).
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
${sections.map(([name, schema]) => renderSection(name, schema)).join("\n")}
${[...connectorTypes]
  .filter(([type]) => type !== "local")
  .map(renderConnector)
  .join("\n")}`;
}

function renderConnector([type, { options }]) {
  const rows = flatten(membersOf(options), "");
  const keys = rows.flatMap(([name, schema]) => (schema.meta()?.secret ? withSources(name, schema) : [[name, schema]]));
  return `## \`connectors[].config\` of type \`${type}\`

${keys.length === 0 ? "No keys.\n" : renderTable(keys)}`;
}

/** Every secret of a connector can also come from elsewhere; the schema does not say so key by key. */
function withSources(name, schema) {
  const told = (description) => schema.meta({ description, secret: false });
  return [
    [name, schema],
    [`${name}Env`, told(`Environment variable that holds ${name}.`)],
    [`${name}File`, told(`File that holds ${name}.`)],
  ];
}

function load(path) {
  return import(pathToFileURL(resolve(build, path)).href);
}

function renderSection(name, schema) {
  const isList = unwrap(schema).element !== undefined;
  const { description = "", planned } = schema.meta() ?? {};
  return `## \`${name}${isList ? "[]" : ""}\`

${description}${planned ? " **No effect yet.**" : ""}

${renderTable(flatten(membersOf(schema), ""))}`;
}

/** Members of members stand in the table of their section, by dotted name. */
function flatten(members, prefix) {
  return Object.entries(members).flatMap(([name, schema]) => {
    const full = `${prefix}${name}`;
    if (!hasMembers(schema)) return [[full, schema]];
    const isList = unwrap(schema).element !== undefined;
    return isList
      ? [[full, schema], ...flatten(membersOf(schema), `${full}[].`)]
      : flatten(membersOf(schema), `${full}.`);
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
  return schema.meta()?.secret === false || unwrap(schema).def.type === "union"
    ? "text"
    : (names[unwrap(schema).def.type] ?? "any");
}

function optionsOf(schema) {
  const { options } = unwrap(schema);
  return Array.isArray(options) && options.every((option) => typeof option === "string")
    ? `One of ${options.map((option) => `\`${option}\``).join(", ")}.`
    : "";
}

/** Where layers of settings decide, the schema notes what stands behind them. */
function defaultOf(schema) {
  const value = schema.def.type === "default" ? schema.def.defaultValue : schema.meta()?.default;
  if (value === undefined) return "";
  return Array.isArray(value) ? value.map((each) => `\`${each}\``).join(", ") || "none" : `\`${String(value)}\``;
}
