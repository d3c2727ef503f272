// Who may import whom, as docs/architecture.md tells it: the walls of the house as rules for dependency-cruiser.
// Unit tests (*.test.ts) stand beside their file and may reach for anything; everything else in src/ obeys.

const unitTest = String.raw`\.test\.ts$`;
/**
 * Layer to what it may import besides itself. A name stands for the file src/NAME.ts or the whole folder src/NAME/,
 * `*` for one part of a path. Layers that are not listed in the house do not exist: `findStrays` reports them.
 */
const layers = {
  main: ["cli"],
  cli: ["server", "config", "storage", "platform"],
  server: [
    ...["config", "endpoints", "admin", "login", "grants", "clients", "connectors", "tokens", "keys"],
    ...["storage", "records", "oidc", "pages", "telemetry", "platform"],
  ],
  // A config holds typed clients, so it knows their record.
  config: ["connectors/catalogue", "storage/drivers/*/config", "oidc", "platform", "records"],
  endpoints: [
    ...["login", "grants", "clients", "connectors", "tokens", "keys"],
    ...["storage", "records", "oidc", "pages", "platform"],
  ],
  admin: ["grants", "clients", "login", "storage", "records", "platform"],
  login: ["clients", "connectors", "tokens", "storage", "records", "oidc", "platform"],
  grants: ["clients", "connectors", "tokens", "storage", "records", "oidc", "platform"],
  clients: ["storage", "records", "oidc", "platform"],
  tokens: ["keys", "records", "oidc", "platform"],
  keys: ["storage", "records", "oidc", "platform"],
  // An identity is what a connector gives back, and what a login stores.
  connectors: ["records/identity", "platform"],
  storage: ["records", "platform"],
  records: ["oidc", "platform"],
  pages: ["oidc", "records", "platform"],
  telemetry: ["platform"],
  oidc: ["platform"],
  platform: [],
};

const layerRules = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer ${layer}`,
  comment: `${layer} may import ${allowed.join(", ") || "nothing of ours"}`,
  from: { path: pattern(layer), pathNot: unitTest },
  to: { path: "^src/", pathNot: [layer, ...allowed].map(pattern) },
}));

const siblingRules = [
  siblings("endpoints", "an endpoint imports no other endpoint"),
  siblings("connectors", "a connector type imports no other type, only the port and shared/", [
    "^src/connectors/port\\.ts$",
    "^src/connectors/shared/",
  ]),
  siblings(
    "storage/drivers",
    "a driver knows the port, and no other driver",
    ["^src/storage/driver\\.ts$"],
    "^src/storage/",
  ),
];

const lazyRules = [
  forbid(
    "connector types through the catalogue",
    "only the catalogue knows the connector types, and loads each by import()",
    {
      from: { path: "^src/", pathNot: [unitTest, "^src/connectors/[^/]+/", "^src/connectors/catalogue\\.ts$"] },
      to: { path: "^src/connectors/[^/]+/", pathNot: "^src/connectors/shared/" },
    },
  ),
  forbid("connector types lazily", "a type that nobody configured is not loaded: import() it", {
    from: { path: "^src/connectors/catalogue\\.ts$" },
    to: { path: "^src/connectors/[^/]+/", pathNot: "/config\\.ts$", dynamic: false },
  }),
  forbid("drivers through storage", "only storage opens drivers; config may read their options", {
    from: { path: "^src/", pathNot: [unitTest, "^src/storage/"] },
    to: { path: "^src/storage/drivers/", pathNot: "/config\\.ts$" },
  }),
  forbid("metrics lazily", "where nobody asks for metrics their library is not loaded: import() it; port.ts is types", {
    from: { path: "^src/", pathNot: [unitTest, "^src/telemetry/metrics/"] },
    to: { path: "^src/telemetry/metrics/", pathNot: "/port\\.ts$", dynamic: false },
  }),
  forbid("drivers lazily", "a driver that nobody configured is not loaded: import() it", {
    from: { path: "^src/storage/[^/]+\\.ts$", pathNot: unitTest },
    to: { path: "^src/storage/drivers/", pathNot: "/config\\.ts$", dynamic: false },
  }),
];

const packageRules = [
  onlyIn("fastify", "the protocol does not know its web framework: server/ and endpoints/*/routes.ts do", {
    target: "node_modules/(@fastify/|fastify/)",
    places: ["^src/server/", "^src/endpoints/[^/]+/routes\\.ts$"],
  }),
  onlyIn("jose", "only keys/, tokens/, clients/ and connectors/ sign and verify", {
    target: "node_modules/jose/",
    places: ["^src/(keys|tokens|clients|connectors)/"],
  }),
  onlyIn("better-sqlite3", "only storage/drivers/sqlite/ speaks SQL", {
    target: "node_modules/(@types/)?better-sqlite3(-13)?/",
    places: ["^src/storage/drivers/sqlite/"],
  }),
  onlyIn("prom-client", "others tell telemetry/metrics/ what happened, and it counts", {
    target: "node_modules/prom-client/",
    places: ["^src/telemetry/metrics/"],
  }),
  onlyIn("ldapts", "only connectors/ldap/ speaks LDAP", {
    target: "node_modules/ldapts/",
    places: ["^src/connectors/ldap/"],
  }),
  onlyIn("xml-crypto", "only connectors/saml/ speaks SAML", {
    target: "node_modules/xml-crypto/",
    places: ["^src/connectors/saml/"],
  }),
  onlyIn("undici", "upstreams are reached through platform/http-client.ts, which knows limits", {
    target: "node_modules/undici/",
    places: ["^src/platform/http-client\\.ts$"],
  }),
  // The log destination writes to an open descriptor without holding the event loop; it reads no file.
  onlyIn(
    "node:fs",
    "config/, cli/, server/tls*.ts and the process for Kerberos read files; others are handed their contents",
    {
      target: "^(node:)?fs(/promises)?$",
      places: [
        "^src/(config|cli)/",
        "^src/server/tls[^/]*\\.ts$",
        "^src/telemetry/destination\\.ts$",
        "^src/connectors/ldap/kerberos/acceptor\\.process\\.ts$",
      ],
    },
  ),
  onlyIn("node:process", "this is process.env by another name, and only config/ and cli/ read that", {
    target: "^(node:)?process$",
    places: ["^src/(config|cli)/"],
  }),
  forbid("the protocol is pure", "oidc/ computes: no I/O and no clock", {
    from: { path: "^src/oidc/", pathNot: unitTest },
    to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|util|buffer)$" },
  }),
  forbid("runtime dependencies", "what runs in production stands under dependencies in package.json", {
    from: { path: "^src/", pathNot: unitTest },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], pathNot: "node_modules/@types/" },
  }),
];

const wholeRules = [
  forbid("no cycles", "two files that need each other are one file, or miss a third", {
    from: {},
    to: { circular: true },
  }),
  forbid("inside src", "the product needs nothing outside src/", {
    from: { path: "^src/", pathNot: unitTest },
    to: { pathNot: "^src/", dependencyTypes: ["local"] },
  }),
  forbid("no tests", "only tests import tests", {
    from: { path: "^src/", pathNot: unitTest },
    to: { path: unitTest },
  }),
  forbid("resolvable", "what cannot be resolved cannot be checked", { from: {}, to: { couldNotResolve: true } }),
];

/** The rule set as dependency-cruiser takes it. */
export const importRules = {
  forbidden: [...layerRules, ...siblingRules, ...lazyRules, ...packageRules, ...wholeRules].map((rule) => ({
    severity: "error",
    ...rule,
  })),
};

/** Source files that stand in no layer, and so would obey no rule. */
export function findStrays(files) {
  const known = Object.keys(layers).map(
    (layer) => new RegExp(layer === "endpoints" ? "^src/endpoints/[^/]+/" : pattern(layer)),
  );
  return files.filter((file) => file.startsWith("src/") && !known.some((place) => place.test(file)));
}

function pattern(name) {
  return `^src/${name.replaceAll("*", "[^/]+")}(/|\\.ts$)`;
}

function forbid(name, comment, edges) {
  return { name, comment, ...edges };
}

/** Folders side by side that must not know each other: what is not in one's own folder is refused, within `within`. */
function siblings(parent, comment, shared = [], within = `^src/${parent}/`) {
  return forbid(`siblings in ${parent}`, comment, {
    from: { path: `^src/${parent}/([^/]+)/`, pathNot: unitTest },
    to: { path: within, pathNot: [`^src/${parent}/$1/`, ...shared] },
  });
}

function onlyIn(name, comment, { target, places }) {
  return forbid(`${name} only in its places`, comment, {
    from: { path: "^src/", pathNot: [unitTest, ...places] },
    to: { path: target },
  });
}
