// docs/configuration.md from the schema of the configuration; `npm run docs` writes it.
import { membersOf, secretSources, unwrap } from "./config-keys.mjs";
import { isRequired } from "./config-schema.mjs";

const intro = `# Configuration

<!-- Made from the schema by scripts/config-reference.mjs: change the schema, not this page. -->

One YAML file, with the keys of Dex. \`latchkey check CONFIG\` reports every problem of a file in one run, with line and
column; \`latchkey serve CONFIG\` starts with it. [config.example.yaml](../config.example.yaml) is a working start.

Editors with a YAML language server complete the keys and underline mistakes, by
[latchkey.schema.json](latchkey.schema.json). Put its path or URL into the first line of your file, as the example does:

\`\`\`yaml
# yaml-language-server: $schema=docs/latchkey.schema.json
\`\`\`

The schema knows the keys in the case that this page shows, and underlines unknown ones; the server is more patient, and
\`latchkey check\` has the last word.

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

/** The whole page. `ConfigFile` is the schema of the file, `connectorTypes` those of connectors by type. */
export function renderReference({ ConfigFile, connectorTypes }) {
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
  const shape = membersOf(options);
  const sources = secretSources(shape);
  const keys = flatten(shape, "").flatMap(([name, schema]) => {
    const found = sources.find((each) => each.name === name);
    return found === undefined ? [[name, schema]] : [[name, schema], ...[found.env, found.file].map(sourceRow(schema))];
  });
  return `## \`connectors[].config\` of type \`${type}\`

${keys.length === 0 ? "No keys.\n" : renderTable(keys)}`;
}

/** Every secret of a connector can also come from elsewhere; the schema does not say so key by key. */
function sourceRow(schema) {
  return ({ key, description }) => [key, schema.meta({ description, secret: false })];
}

function renderSection(name, schema) {
  const isList = unwrap(schema).element !== undefined;
  const { description = "", planned, required } = schema.meta() ?? {};
  return `## \`${name}${isList ? "[]" : ""}\`

${description}${required ? " Required." : ""}${planned ? " **No effect yet.**" : ""}

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

const fileNotes = { pem: "A path, PEM, or base64 of PEM.", text: "A path." };

function renderTable(rows) {
  const lines = rows.map(([name, schema]) => {
    const { description = "", unit, secret, planned } = schema.meta() ?? {};
    const file = schema.meta()?.file ?? unwrap(schema).element?.meta()?.file;
    const notes = [
      description,
      isRequired(schema) && "Required.",
      unit && `(${unit})`,
      secret && "Secret.",
      file && fileNotes[file],
      planned && "**No effect yet.**",
      optionsOf(schema),
    ].filter(Boolean);
    return `| \`${name}\` | ${typeOf(schema)} | ${defaultOf(schema)} | ${notes.join(" ").replaceAll("|", "\\|")} |`;
  });
  return `| key | type | default | meaning |\n| --- | --- | --- | --- |\n${lines.join("\n")}\n`;
}

function hasMembers(schema) {
  return membersOf(schema) !== undefined;
}

function typeOf(schema) {
  const names = {
    string: "text",
    boolean: "true or false",
    number: "number",
    array: "list",
    enum: "text",
    object: "map",
    record: "map",
  };
  return schema.meta()?.secret === false || unwrap(schema).def.type === "union"
    ? "text"
    : (names[unwrap(schema).def.type] ?? "any");
}

function optionsOf(schema) {
  const options = schema.meta()?.values ?? unwrap(schema).options;
  return Array.isArray(options) && options.every((option) => typeof option === "string")
    ? `${unwrap(schema).element === undefined ? "One" : "Some"} of ${options.map((option) => `\`${option}\``).join(", ")}.`
    : "";
}

/** Where layers of settings decide, the schema notes what stands behind them. */
function defaultOf(schema) {
  const value = schema.def.type === "default" ? schema.def.defaultValue : schema.meta()?.default;
  if (value === undefined) return "";
  return Array.isArray(value) ? value.map((each) => `\`${each}\``).join(", ") || "none" : `\`${String(value)}\``;
}
