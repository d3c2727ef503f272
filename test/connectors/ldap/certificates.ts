import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPart } from "../../support/parts.js";

export interface Certificates {
  /** Has signed the server's and the client's. */
  readonly ca: string;
  /** Has signed nothing here. */
  readonly otherCa: string;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly caFile: string;
  readonly serverCertFile: string;
  readonly serverKeyFile: string;
}

/** A throw-away certificate authority, and what it has signed for `localhost` and 127.0.0.1, good for 40 days. */
export function createCertificates(folder: string): Certificates {
  const at = (name: string): string => join(folder, name);
  const read = (name: string): string => readFileSync(at(name), "utf8");

  function openssl(...args: readonly string[]): void {
    execFileSync(findPart("openssl").path, [...args], { stdio: "ignore" });
  }

  function createAuthority(name: string): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", at(`${name}.key`)];
    const extensions = ["-addext", "basicConstraints=critical,CA:TRUE"];
    openssl("req", "-x509", ...key, "-days", "40", "-subj", `/CN=${name}`, "-out", at(`${name}.pem`), ...extensions);
  }

  function sign(name: string, extensions: string): void {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", at(`${name}.key`)];
    openssl("req", ...key, "-subj", `/CN=${name}`, "-out", at(`${name}.csr`));
    writeFileSync(at(`${name}.ext`), extensions);
    const authority = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial"];
    const request = ["-req", "-in", at(`${name}.csr`), "-days", "40", "-extfile", at(`${name}.ext`)];
    openssl("x509", ...request, ...authority, "-out", at(`${name}.pem`));
  }

  createAuthority("ca");
  createAuthority("other-ca");
  sign("server", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
  sign("client", "extendedKeyUsage=clientAuth\n");
  return {
    ca: read("ca.pem"),
    otherCa: read("other-ca.pem"),
    clientCert: read("client.pem"),
    clientKey: read("client.key"),
    caFile: at("ca.pem"),
    serverCertFile: at("server.pem"),
    serverKeyFile: at("server.key"),
  };
}
