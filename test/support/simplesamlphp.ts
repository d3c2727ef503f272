import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPart } from "./parts.js";
import { runServer } from "./run-server.js";
import { createSamlKey } from "./saml-idp.js";

export interface SamlPerson {
  readonly password: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export interface SimpleSamlPhpOptions {
  readonly port: number;
  /** Entity ID and callback of the one service that it knows. */
  readonly service: { readonly entityId: string; readonly acsUrl: string };
  /** By name; their attribute `uid` is the NameID. */
  readonly people: Readonly<Record<string, SamlPerson>>;
  readonly signs: "assertion" | "response" | "both";
}

export interface SimpleSamlPhp {
  readonly origin: string;
  readonly entityId: string;
  readonly ssoUrl: string;
  /** PEM. */
  readonly certificate: string;
  stop(): Promise<void>;
}

/** A real identity provider: Debian's SimpleSAMLphp under PHP's own server, at `localhost`. */
export async function startSimpleSamlPhp(options: SimpleSamlPhpOptions): Promise<SimpleSamlPhp> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-saml-"));
  const origin = `http://localhost:${options.port}`;
  const entityId = `${origin}/idp`;
  const conf = join(folder, "conf");
  for (const name of ["conf/cert", "conf/metadata", "log", "data", "tmp", "sessions"])
    await mkdir(join(folder, name), { recursive: true });
  await cp("/etc/simplesamlphp/attributemap", join(conf, "attributemap"), { recursive: true, dereference: true });
  const { key, certificate } = createSamlKey();
  await writeFile(join(conf, "cert/server.pem"), key);
  await writeFile(join(conf, "cert/server.crt"), certificate);
  await writePhp(join(conf, "config.php"), { config: createConfig(folder, origin) });
  await writePhp(join(conf, "authsources.php"), { config: createAuthSources(options) });
  await writePhp(join(conf, "metadata/saml20-idp-hosted.php"), { metadata: { [entityId]: createIdp(options) } });
  await writePhp(join(conf, "metadata/saml20-sp-remote.php"), {
    metadata: { [options.service.entityId]: { AssertionConsumerService: options.service.acsUrl } },
  });
  await writeFile(join(folder, "router.php"), router.replaceAll("{www}", findPart("simplesamlphp").path));
  const address = `127.0.0.1:${options.port}`;
  const server = await runServer({
    program: "php",
    args: [
      ...["-d", `session.save_path=${join(folder, "sessions")}`, "-S", address],
      ...["-t", findPart("simplesamlphp").path, join(folder, "router.php")],
    ],
    env: { SIMPLESAMLPHP_CONFIG_DIR: conf },
    port: options.port,
  });
  return {
    origin,
    entityId,
    ssoUrl: `${origin}/saml2/idp/SSOService.php`,
    certificate,
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function createConfig(folder: string, origin: string): object {
  return {
    baseurlpath: `${origin}/`,
    certdir: join(folder, "conf/cert/"),
    loggingdir: join(folder, "log/"),
    datadir: join(folder, "data/"),
    tempdir: join(folder, "tmp"),
    metadatadir: join(folder, "conf/metadata"),
    attributenamemapdir: join(folder, "conf/attributemap/"),
    technicalcontact_email: "nobody@example.com",
    timezone: "UTC",
    secretsalt: "of-a-test",
    "auth.adminpassword": "of-a-test",
    "logging.handler": "file",
    "enable.saml20-idp": true,
    "module.enable": { exampleauth: true, core: true, saml: true },
    "session.cookie.secure": false,
    "session.phpsession.cookiename": "SSP",
    "session.phpsession.savepath": join(folder, "sessions"),
    "store.type": "phpsession",
    "language.default": "en",
    "language.available": ["en"],
    usenewui: false,
    "template.cache": "",
    "metadata.sources": [{ type: "flatfile", directory: join(folder, "conf/metadata") }],
    "trusted.url.domains": [],
    "authproc.idp": [],
    "authproc.sp": [],
    assets: { caching: { max_age: 0, etag: false } },
  };
}

function createAuthSources({ people }: SimpleSamlPhpOptions): object {
  const users = Object.entries(people).map(([name, { password, attributes }]) => [
    `${name}:${password}`,
    { uid: [name], ...attributes },
  ]);
  return {
    admin: ["core:AdminPassword"],
    people: { 0: "exampleauth:UserPass", ...Object.fromEntries(users) },
  };
}

function createIdp({ signs }: SimpleSamlPhpOptions): object {
  const format = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
  return {
    host: "__DEFAULT__",
    privatekey: "server.pem",
    certificate: "server.crt",
    auth: "people",
    NameIDFormat: format,
    authproc: { 3: { class: "saml:AttributeNameID", attribute: "uid", Format: format } },
    "saml20.sign.response": signs !== "assertion",
    "saml20.sign.assertion": signs !== "response",
  };
}

async function writePhp(path: string, variables: Readonly<Record<string, object>>): Promise<void> {
  const lines = Object.entries(variables).map(([name, value]) => `$${name} = ${formatPhp(value)};`);
  await writeFile(path, `<?php\n${lines.join("\n")}\n`);
}

function formatPhp(value: unknown): string {
  if (typeof value === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(formatPhp).join(", ")}]`;
  return `[${Object.entries(value)
    .map(([key, each]) => `${formatPhp(key)} => ${formatPhp(each)}`)
    .join(", ")}]`;
}

/** PHP's own server knows no path behind a script, which the pages want. */
const router = `<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (preg_match('#^(/.*?\\.php)(/.*)?$#', $path, $found) && is_file('{www}' . $found[1])) {
  $_SERVER['SCRIPT_NAME'] = $found[1];
  $_SERVER['SCRIPT_FILENAME'] = '{www}' . $found[1];
  $_SERVER['PATH_INFO'] = $found[2] ?? '';
  $_SERVER['PHP_SELF'] = $path;
  chdir(dirname($_SERVER['SCRIPT_FILENAME']));
  require $_SERVER['SCRIPT_FILENAME'];
  return true;
}
return false;
`;
