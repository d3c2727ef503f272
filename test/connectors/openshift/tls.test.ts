import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { OpenShiftOptions } from "../../../src/connectors/openshift/config.js";
import { openOpenShift } from "../../../src/connectors/openshift/connector.js";
import { createConnectorContext } from "../../support/connector-context.js";
import { describeWith, findPart } from "../../support/parts.js";
import { findFreePort } from "../../support/test-server.js";
import { describeServer } from "./simulator.js";

describeWith("openssl", "the certificate of an OpenShift cluster", () => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-openshift-"));
  let server: Server;
  let issuer: string;
  let rootCA: string;

  beforeAll(async () => {
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const name = ["-subj", "/CN=cluster", "-addext", "subjectAltName=IP:127.0.0.1"];
    const args = ["req", "-x509", ...curve, "-days", "2", ...name, "-keyout", key, "-out", cert];
    execFileSync(findPart("openssl").path, args, { stdio: "ignore" });
    rootCA = readFileSync(cert, "utf8");
    const port = await findFreePort();
    issuer = `https://127.0.0.1:${port}`;
    server = createServer({ key: readFileSync(key), cert: rootCA }, (_request, response) => {
      response.end(JSON.stringify(describeServer(issuer)));
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  async function open(settings: object): Promise<readonly string[]> {
    const warnings: string[] = [];
    const context = createConnectorContext({ warn: (text) => warnings.push(text) });
    const connector = await openOpenShift(OpenShiftOptions.parse({ issuer, clientID: "c", ...settings }), context);
    await connector.close?.();
    return warnings;
  }

  it("must be signed by somebody who is trusted", async () => {
    await expect(open({})).rejects.toThrow("could not be reached");
  });

  it("is trusted by rootCA", async () => {
    expect(await open({ rootCA })).toEqual([]);
  });

  it("is not looked at with insecureCA, which is worth a warning", async () => {
    expect(await open({ insecureCA: true })).toEqual([expect.stringContaining("insecureCA")]);
  });
});
