// docs/connectors/: a page for each type of connector, and the table of what they can do; `npm run docs` writes them.
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const columns = [
  ["login", "login"],
  ["refresh", "refresh"],
  ["groups", "groups"],
  ["preferredUsername", "preferred_username"],
  ["logout", "logout (not yet)"],
  ["exchange", "token exchange (not yet)"],
  ["negotiate", "Kerberos"],
];

const logins = { redirect: "redirect", formPost: "redirect, back by POST", password: "our form", header: "a proxy" };

const intro = `# Connectors

<!-- Made from src/connectors/ by scripts/connector-pages.mjs: change that, not this page. -->

Where people log in. Each entry of \`connectors\` has a type; each type has a page. What every connector has besides the
settings of its type (\`http\`, \`refresh\`, \`grantTypes\` and more) stands in [Configuration](../configuration.md#connectors).
`;

const legend = `- **login**: where the person proves who they are. By *redirect* they go to the upstream and come back; *our form* asks
  for name and password here; *a proxy* in front has logged them in.
- **refresh**: apps can get refresh tokens, because the upstream is asked again each time: who has left there, or lost a
  group, is found out.
- **groups**, **preferred_username**: claims that the type can give.
- **logout**, **token exchange**: what the type can do when the endpoints for it are there; they are not yet
  ([differences from Dex](../dex-differences.md#what-is-not-there-yet)). Who logs out here will be logged out there, and a
  token of the upstream is taken for a login.
- **Kerberos**: browsers of a Kerberos realm log in without a form.
`;

/** File name to content. `connectorTypes` is the catalogue, `root` the folder that holds src/. */
export function renderConnectorPages(connectorTypes, root = ".") {
  const types = [...connectorTypes].map(([type, entry]) => ({ type, ...entry }));
  const pages = types.filter(({ type }) => existsSync(join(root, sourceOf(type))));
  return {
    "docs/connectors/README.md": renderIndex(types, root),
    ...Object.fromEntries(
      pages.map(({ type }) => [pageOf(type), renderPage(readFileSync(join(root, sourceOf(type)), "utf8"), type)]),
    ),
  };
}

function renderIndex(types, root) {
  const notes = [];
  const rows = types.map((entry) => {
    const cells = columns.map(([name]) =>
      name === "login" ? logins[entry.capabilities.login] : cell(entry, name, notes),
    );
    return `| ${[linkOf(entry, types, root), ...cells].join(" | ")} |`;
  });
  const head = ["type", ...columns.map(([, title]) => title)];
  const table = [`| ${head.join(" | ")} |`, `|${" --- |".repeat(head.length)}`, ...rows].join("\n");
  const conditions = notes.map((note, index) => `${index + 1}. Only when ${note}.`).join("\n");
  return `${intro}
${table}

${conditions === "" ? "" : `${conditions}\n\n`}${legend}`;
}

/** Conditions that are alike share a number. */
function cell({ capabilities }, name, notes) {
  const support = capabilities[name];
  if (support === "never") return "";
  if (support === "always") return "yes";
  if (!notes.includes(support.when)) notes.push(support.when);
  return `yes (${notes.indexOf(support.when) + 1})`;
}

/** Two names with one schema are one type: the second one has the page of the first. */
function linkOf({ type, options }, types, root) {
  const first = types.find((each) => each.options === options);
  const page = [type, first.type].find((name) => existsSync(join(root, sourceOf(name))));
  return page === undefined ? `\`${type}\`` : `[\`${type}\`](${posix.basename(pageOf(page))})`;
}

/** Links of the README lead from its folder; those of the page from docs/connectors/. */
function renderPage(text, type) {
  const from = posix.dirname(sourceOf(type));
  const moved = text.replaceAll(/(\]\()(?![a-z]+:|#)([^)#\s]+)/g, (_, before, href) => {
    const target = posix.join(from, href);
    const [, neighbour] = /^src\/connectors\/([\w-]+)\/README\.md$/.exec(target) ?? [];
    return `${before}${neighbour === undefined ? posix.relative("docs/connectors", target) : `${neighbour}.md`}`;
  });
  const [title, ...rest] = moved.split("\n");
  const isLed = type === "local" || text.includes("configuration.md#connectorsconfig-of-type-");
  const keys = isLed ? "" : `\n## Settings\n\nEvery key stands in [Configuration](${settingsOf(type)}).\n`;
  return `${title}\n\n<!-- Made from ${sourceOf(type)} by scripts/connector-pages.mjs: change that, not this page. -->\n${rest.join("\n")}${keys}`;
}

/** The heading of its table there, as a forge names it. */
function settingsOf(type) {
  return `../configuration.md#connectorsconfig-of-type-${type.toLowerCase()}`;
}

function sourceOf(type) {
  return `src/connectors/${kebab(type)}/README.md`;
}

function pageOf(type) {
  return `docs/connectors/${kebab(type)}.md`;
}

function kebab(type) {
  return type.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
