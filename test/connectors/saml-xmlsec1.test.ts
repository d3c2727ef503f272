import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { describeWith, findPart } from "../support/parts.js";
import { createSamlKey, enveloped, type SamlKey, writeResponse } from "../support/saml-idp.js";
import { finishSaml, openTestSaml, requestId } from "../support/saml-login.js";

const now = Date.now() + 60_000;
const more = "http://www.w3.org/2001/04/xmldsig-more#";
const digests = "http://www.w3.org/2001/04/xmlenc#";
const exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
const inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const inclusive11 = "http://www.w3.org/2006/12/xml-c14n11";

interface Template {
  readonly method: string;
  readonly digest: string;
  readonly canonicalization: string;
  /** Namespaces that stay in the digest though nothing uses them. */
  readonly prefixes?: string;
  /** A prefix for the signature that is declared at the response alone. */
  readonly isDeclaredOutside?: boolean;
}

let rsa: SamlKey;
let ec: SamlKey;

function writeTemplate({ method, digest, canonicalization, prefixes, isDeclaredOutside = false }: Template): string {
  const kept = prefixes === undefined ? "" : `<i:InclusiveNamespaces xmlns:i="${exclusive}" PrefixList="${prefixes}"/>`;
  const declared = isDeclaredOutside ? "" : ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"';
  return `<ds:Signature${declared}><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="${canonicalization}"/><ds:SignatureMethod Algorithm="${method}"/><ds:Reference URI="#_assertion"><ds:Transforms><ds:Transform Algorithm="${enveloped}"/><ds:Transform Algorithm="${canonicalization}">${kept}</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="${digest}"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>`;
}

/** Signs the assertion by the program that most other implementations are measured with. */
function signByXmlsec1(template: Template, { key }: SamlKey): string {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-xmlsec1-"));
  try {
    const unsigned = writeResponse({ requestId, now, nameId: "jäne &amp; &lt;co&gt;" })
      .replace(
        "<samlp:Response ",
        '<samlp:Response xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xs="http://www.w3.org/2001/XMLSchema"\n ',
      )
      .replace(/(<saml:Assertion[^>]*>.*?<\/saml:Issuer>)/, `$1\n${writeTemplate(template)}`);
    writeFileSync(join(folder, "key.pem"), key);
    writeFileSync(join(folder, "in.xml"), unsigned);
    const id = "urn:oasis:names:tc:SAML:2.0:assertion:Assertion";
    const args = ["--sign", "--privkey-pem", "key.pem", "--id-attr:ID", id, "--output", "out.xml", "in.xml"];
    execFileSync(findPart("xmlsec1").path, args, { cwd: folder, stdio: "pipe" });
    return readFileSync(join(folder, "out.xml"), "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describeWith("xmlsec1", "a response that xmlsec1 has signed", () => {
  beforeAll(() => {
    [rsa, ec] = [createSamlKey(), createSamlKey("ec")];
  });

  const templates: readonly (readonly [string, () => SamlKey, Template])[] = [
    [
      "RSA, SHA-256",
      () => rsa,
      { method: `${more}rsa-sha256`, digest: `${digests}sha256`, canonicalization: exclusive },
    ],
    ["RSA, SHA-384", () => rsa, { method: `${more}rsa-sha384`, digest: `${more}sha384`, canonicalization: exclusive }],
    [
      "RSA, SHA-512",
      () => rsa,
      { method: `${more}rsa-sha512`, digest: `${digests}sha512`, canonicalization: exclusive },
    ],
    [
      "ECDSA, SHA-256",
      () => ec,
      { method: `${more}ecdsa-sha256`, digest: `${digests}sha256`, canonicalization: exclusive },
    ],
    [
      "ECDSA, SHA-512",
      () => ec,
      { method: `${more}ecdsa-sha512`, digest: `${digests}sha512`, canonicalization: exclusive },
    ],
    ["inclusive", () => rsa, { method: `${more}rsa-sha256`, digest: `${digests}sha256`, canonicalization: inclusive }],
    [
      "version 1.1",
      () => rsa,
      { method: `${more}rsa-sha256`, digest: `${digests}sha256`, canonicalization: inclusive11 },
    ],
    [
      "namespaces that are kept",
      () => rsa,
      { method: `${more}rsa-sha256`, digest: `${digests}sha256`, canonicalization: exclusive, prefixes: "xs saml" },
    ],
    [
      "the prefix of the signature declared at the response",
      () => rsa,
      { method: `${more}rsa-sha256`, digest: `${digests}sha256`, canonicalization: exclusive, isDeclaredOutside: true },
    ],
  ];

  it.each(templates)("is taken: %s", async (_what, key, template) => {
    const xml = signByXmlsec1(template, key());
    const connector = openTestSaml({ ca: key().certificate }, { now: () => now });
    expect(await finishSaml(connector, xml)).toMatchObject({ outcome: "ok", identity: { userId: "jäne & <co>" } });
    const stranger = openTestSaml({ ca: createSamlKey("ec").certificate }, { now: () => now });
    await expect(finishSaml(stranger, xml)).rejects.toThrow("is not right");
    await expect(finishSaml(connector, xml.replace(">Jane Doe<", ">Jane Roe<"))).rejects.toThrow("is not right");
  });

  it("is refused with SHA-1, and taken where the config says so", async () => {
    const old: Template = {
      method: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
      digest: "http://www.w3.org/2000/09/xmldsig#sha1",
      canonicalization: exclusive,
    };
    const xml = signByXmlsec1(old, rsa);
    const strict = openTestSaml({ ca: rsa.certificate }, { now: () => now });
    await expect(finishSaml(strict, xml)).rejects.toThrow("SHA-1");
    const lenient = openTestSaml({ ca: rsa.certificate, insecureAllowSHA1: true }, { now: () => now });
    expect(await finishSaml(lenient, xml)).toMatchObject({ outcome: "ok" });
  });
});
