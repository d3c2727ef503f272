import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

/** What a test needs from the machine beyond Node.js and the packages. */
export interface MachinePart {
  readonly name: PartName;
  readonly available: boolean;
  /** Where it stands, or would stand. */
  readonly path: string;
  /** How a person gets it. */
  readonly hint: string;
}

const places = {
  chromium: {
    path: process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium",
    hint: "apt-get install chromium, or set CHROMIUM_PATH",
  },
  openssl: {
    path: process.env["OPENSSL_PATH"] ?? "/usr/bin/openssl",
    hint: "apt-get install openssl, or set OPENSSL_PATH",
  },
  "deploy-tools": {
    path: join(process.env["DEPLOY_TOOLS_PATH"] ?? ".tools/bin", "hadolint"),
    hint: "python3 -m venv .tools && .tools/bin/pip install -r deploy/check-requirements.txt, or set DEPLOY_TOOLS_PATH",
  },
  "systemd-analyze": {
    path: process.env["SYSTEMD_ANALYZE_PATH"] ?? "/usr/bin/systemd-analyze",
    hint: "apt-get install systemd, or set SYSTEMD_ANALYZE_PATH",
  },
  slapd: {
    path: process.env["SLAPD_PATH"] ?? "/usr/sbin/slapd",
    hint: "apt-get install slapd, or set SLAPD_PATH",
  },
  krb5kdc: {
    path: process.env["KRB5KDC_PATH"] ?? "/usr/sbin/krb5kdc",
    hint: "apt-get install krb5-kdc krb5-admin-server krb5-user curl, or set KRB5KDC_PATH",
  },
  kerberos: {
    path: "node_modules/kerberos/build/Release/kerberos.node",
    hint: "apt-get install libkrb5-dev g++ make python3, then npm ci",
  },
  keystone: {
    path: process.env["KEYSTONE_MANAGE_PATH"] ?? "/usr/bin/keystone-manage",
    hint: "apt-get install keystone uwsgi-core uwsgi-plugin-python3, or set KEYSTONE_MANAGE_PATH",
  },
  xmlsec1: {
    path: process.env["XMLSEC1_PATH"] ?? "/usr/bin/xmlsec1",
    hint: "apt-get install xmlsec1, or set XMLSEC1_PATH",
  },
  simplesamlphp: {
    path: process.env["SIMPLESAMLPHP_PATH"] ?? "/usr/share/simplesamlphp/www",
    hint: "apt-get install simplesamlphp php-cli php-xml php-mbstring php-curl, or set SIMPLESAMLPHP_PATH",
  },
  nginx: {
    path: process.env["NGINX_PATH"] ?? "/usr/sbin/nginx",
    hint: "apt-get install nginx-light, or set NGINX_PATH",
  },
  apache2: {
    path: process.env["APACHE2_PATH"] ?? "/usr/sbin/apache2",
    hint: "apt-get install apache2-bin, or set APACHE2_PATH",
  },
} as const;

export type PartName = keyof typeof places;

/** Looks for a part of the machine; `available` tells whether it is there. */
export function findPart(name: PartName): MachinePart {
  const { path, hint } = places[name];
  return { name, available: existsSync(path), path, hint };
}

/**
 * The parts that some test will miss on this machine.
 * @public scripts/test.mjs calls it in the compiled folder.
 */
export function findMissingParts(): readonly MachinePart[] {
  const names = ["chromium", "openssl", "deploy-tools", "systemd-analyze"] as const;
  const servers = ["slapd", "krb5kdc", "kerberos", "keystone", "xmlsec1", "simplesamlphp", "nginx", "apache2"] as const;
  return [...names, ...servers].map(findPart).filter(({ available }) => !available);
}

/**
 * With `LATCHKEY_REQUIRE_ALL=1` nothing may be skipped.
 * @public scripts/test.mjs calls it in the compiled folder.
 */
export function mustRunAll(): boolean {
  return process.env["LATCHKEY_REQUIRE_ALL"] === "1";
}

/**
 * `describe` for tests that need a part of the machine: skipped where it is missing, and a failure of the whole file
 * where nothing may be skipped.
 */
export function describeWith(name: PartName, title: string, body: () => void): void {
  const { available, path, hint } = findPart(name);
  if (!available && mustRunAll()) throw new Error(`${name} is missing at ${path}: ${hint}`);
  describe.skipIf(!available)(title, body);
}
