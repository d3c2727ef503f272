import { beforeAll, expect, it } from "vitest";
import { createConnectorContext } from "../../../test/support/connector-context.js";
import { startHttpUpstream } from "../../../test/support/http-upstream.js";
import { describeWith, findPart } from "../../../test/support/parts.js";
import {
  createSamlKey,
  type ResponseContent,
  type SamlKey,
  type SigningOptions,
  samlUrls,
  signXml,
  writeResponse,
} from "../../../test/support/saml-idp.js";
import { deriveSaml, finishSaml, openTestSaml, requestId } from "../../../test/support/saml-login.js";
import type { Identity } from "../../records/identity.js";
import type { Connector, LoginResult } from "../port.js";
import { SamlOptions } from "./config.js";
import { openSaml } from "./connector.js";

const now = Date.now() + 60_000;
const jane: ResponseContent = { requestId, now };
const janeIdentity: Identity = {
  userId: "jane",
  username: "Jane Doe",
  preferredUsername: "",
  email: "jane@example.com",
  emailVerified: true,
  groups: ["dev", "ops"],
};
const scopes = { offlineAccess: true, groups: true };
const more = "http://www.w3.org/2001/04/xmldsig-more#";

let rsa: SamlKey;
let ec: SamlKey;

beforeAll(() => {
  if (findPart("openssl").available) [rsa, ec] = [createSamlKey(), createSamlKey("ec")];
});

function open(options: Record<string, unknown> = {}, at = now): Connector {
  return openTestSaml({ ca: rsa.certificate, ...options }, { now: () => at });
}

function logIn(options: Record<string, unknown>, content: Partial<ResponseContent> = {}): Promise<LoginResult> {
  return finishSaml(open(options), signXml(writeResponse({ ...jane, ...content }), rsa));
}

async function readRequest(options: Record<string, unknown>) {
  const { login } = open(options);
  if (login.kind !== "formPost") throw new Error("a form post login expected");
  const start = await login.start({ scopes, callbackUrl: samlUrls.acs, state: "the state", derive: deriveSaml });
  if (!("fields" in start)) throw new Error("a form expected");
  const { SAMLRequest = "", ...fields } = start.fields;
  return { action: start.action, fields, xml: Buffer.from(SAMLRequest, "base64").toString("utf8") };
}

describeWith("openssl", "a login by SAML (dex-connectors §5.2)", () => {
  it("begins with a request as Dex writes it, by POST, with the state as RelayState", async () => {
    const { action, fields, xml } = await readRequest({ entityIssuer: "urn:us", nameIDPolicyFormat: "emailAddress" });
    expect([action, fields]).toEqual([samlUrls.sso, { RelayState: "the state" }]);
    const instant = new Date(now).toISOString().replace(/\.\d+/, "");
    expect(xml).toBe(
      `<AuthnRequest xmlns="urn:oasis:names:tc:SAML:2.0:protocol" ID="${requestId}" Version="2.0" IssueInstant="${instant}" Destination="${samlUrls.sso}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" AssertionConsumerServiceURL="${samlUrls.acs}">
  <Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">urn:us</Issuer>
  <NameIDPolicy AllowCreate="true" Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"></NameIDPolicy>
</AuthnRequest>`,
    );
  });

  it("asks for a persistent NameID where nothing else is configured, and sends no issuer then", async () => {
    const { xml } = await readRequest({});
    expect(xml).toContain('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"');
    expect(xml).not.toContain("Issuer");
  });

  it("writes addresses so that they can't end their attribute (O-44)", async () => {
    const { xml } = await readRequest({ ssoURL: 'https://idp.example/?a="b"&c=<d>' });
    expect(xml).toContain('Destination="https://idp.example/?a=&quot;b&quot;&amp;c=&lt;d&gt;"');
  });

  const signings: readonly (readonly [string, () => SamlKey, readonly SigningOptions[]])[] = [
    ["an assertion", () => rsa, [{}]],
    ["a response", () => rsa, [{ id: "_response" }]],
    ["both", () => rsa, [{}, { id: "_response" }]],
    ["SHA-512", () => rsa, [{ algorithm: `${more}rsa-sha512`, digest: "http://www.w3.org/2001/04/xmlenc#sha512" }]],
    ["PSS", () => rsa, [{ algorithm: "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1" }]],
    ["a certificate in KeyInfo", () => rsa, [{ withKeyInfo: true }]],
    [
      "inclusive canonicalization",
      () => rsa,
      [{ canonicalization: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" }],
    ],
    [
      "canonicalization with comments",
      () => rsa,
      [{ canonicalization: "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" }],
    ],
  ];
  it.each(signings)("takes a signature: %s", async (_what, key, options) => {
    const xml = options.reduce((text, each) => signXml(text, key(), each), writeResponse(jane));
    expect(await finishSaml(open(), xml)).toMatchObject({ outcome: "ok", identity: janeIdentity });
  });

  it("takes the signature of any of several certificates, and of none that is not valid now", async () => {
    const ca = `${ec.certificate}\n${rsa.certificate}`;
    expect(await logIn({ ca })).toMatchObject({ outcome: "ok" });
    await expect(logIn({ ca: ec.certificate })).rejects.toThrow("the signature of the Assertion is not right");
    const later = now + 11 * 365 * 86_400_000;
    const late = signXml(writeResponse({ ...jane, now: later }), rsa);
    await expect(finishSaml(open({}, later), late)).rejects.toThrow("no certificate in ca or caData is valid today");
    await expect(finishSaml(open({}, 0), late)).rejects.toThrow("no certificate in ca or caData is valid today");
  });

  it("takes SHA-1 where the config says so, with a warning", async () => {
    const xml = signXml(writeResponse(jane), rsa, {
      algorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
      digest: "http://www.w3.org/2000/09/xmldsig#sha1",
    });
    const warnings: string[] = [];
    const connector = openTestSaml(
      { ca: rsa.certificate, insecureAllowSHA1: true },
      { now: () => now, warn: (message) => warnings.push(message) },
    );
    expect(await finishSaml(connector, xml)).toMatchObject({ outcome: "ok" });
    expect(warnings).toEqual([expect.stringContaining("insecureAllowSHA1")]);
  });

  it("takes what nobody signed where the config says so, with a loud warning, and checks all the rest", async () => {
    const warnings: string[] = [];
    const connector = openTestSaml(
      { insecureSkipSignatureValidation: true },
      { now: () => now, warn: (message) => warnings.push(message) },
    );
    expect(warnings).toEqual([expect.stringContaining("NOT checked")]);
    expect(await finishSaml(connector, writeResponse(jane))).toMatchObject({ identity: janeIdentity });
    await expect(finishSaml(connector, writeResponse({ ...jane, audience: "x" }))).rejects.toThrow("audience");
    await expect(finishSaml(connector, writeResponse({ ...jane, responseTo: undefined }))).rejects.toThrow(
      "InResponseTo",
    );
  });

  it("gives the NameID as it stands, blanks included: it is part of sub", async () => {
    for (const nameId of [" jane ", "Jäne\n", "https://idp.example!sp!x=="]) {
      expect(await logIn({}, { nameId })).toMatchObject({ identity: { userId: nameId } });
    }
    await expect(logIn({}, { nameId: "" })).rejects.toThrow("the NameID is empty");
  });

  it("allows clocks to be 30 seconds apart, and no more", async () => {
    expect(await logIn({}, { until: -29_999 })).toMatchObject({ outcome: "ok" });
    await expect(logIn({}, { until: -30_000 })).rejects.toThrow("no longer valid");
    expect(await logIn({}, { from: 30_000 })).toMatchObject({ outcome: "ok" });
    await expect(logIn({}, { from: 30_001 })).rejects.toThrow("not valid yet");
  });

  it("takes what Dex takes to be optional: Destination, the response's issuer, and one of Recipient and audience", async () => {
    const content = { destination: undefined, responseIssuer: undefined };
    const settings = { ssoIssuer: samlUrls.issuer };
    expect(await logIn(settings, { ...content, recipient: undefined })).toMatchObject({ outcome: "ok" });
    expect(await logIn(settings, { ...content, audience: undefined })).toMatchObject({ outcome: "ok" });
  });

  it("is refused where nothing in it says that it is for us (Profiles section 4.1.4.2)", async () => {
    const nowhere = { recipient: undefined, audience: undefined };
    await expect(logIn({}, nowhere)).rejects.toThrow("neither a Recipient nor an audience");
  });

  it("expects entityIssuer as audience where it is set", async () => {
    expect(await logIn({ entityIssuer: "urn:us" }, { audience: "urn:us" })).toMatchObject({ outcome: "ok" });
    await expect(logIn({ entityIssuer: "urn:us" })).rejects.toThrow("another audience");
  });

  it("takes one subject confirmation that holds among others that do not", async () => {
    const bad = '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"/>';
    const xml = writeResponse(jane).replace("</saml:NameID>", `</saml:NameID>${bad}`);
    expect(await finishSaml(open(), signXml(xml, rsa))).toMatchObject({ outcome: "ok" });
  });

  it("needs name and e-mail address, as Dex, and tells which attributes came instead, without their values", async () => {
    const attributes = { surname: ["Doe-Secret"], email: ["x@y.example"] };
    await expect(logIn({}, { attributes })).rejects.toThrow(/no attribute name \(usernameAttr\).*surname, email/);
    await expect(logIn({}, { attributes })).rejects.not.toThrow(/Doe-Secret/);
    await expect(logIn({}, { attributes: { name: ["J"], email: [""] } })).rejects.toThrow("emailAttr");
  });

  it.each([
    ["AuthnFailed", "denied"],
    ["RequestDenied", "denied"],
    ["NoPassive", "denied"],
  ])("that the identity provider refuses with %s is %s", async (code, outcome) => {
    const status = `<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:${code}"/></samlp:StatusCode><samlp:StatusMessage>not you</samlp:StatusMessage>`;
    const detail = `Responder: ${code}: not you`;
    expect(await finishSaml(open(), writeResponse({ ...jane, status }, ""))).toEqual({ outcome, detail });
  });

  it("that the identity provider can't make sense of is a fault, and no refusal of the person", async () => {
    const status = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Requester"/>';
    await expect(finishSaml(open(), writeResponse({ ...jane, status }, ""))).rejects.toThrow("the status Requester");
    await expect(finishSaml(open(), writeResponse(jane, ""))).rejects.toThrow("holds no assertion");
  });
});

describeWith("openssl", "groups of a login by SAML", () => {
  it.each([
    ["are the values of the attribute", {}, ["dev", "ops"], ["dev", "ops"]],
    ["are the parts of its first value, blanks kept", { groupsDelim: "," }, ["dev, ops", "x"], ["dev", " ops"]],
    ["are none where the attribute is missing: the person is in no group", {}, [], []],
    ["are none where no attribute is configured", { groupsAttr: undefined }, ["dev"], []],
    ["stay all where some of them are allowed", { allowedGroups: ["ops"] }, ["dev", "ops"], ["dev", "ops"]],
    ["are narrowed by filterGroups", { allowedGroups: ["ops"], filterGroups: true }, ["dev", "ops"], ["ops"]],
  ])("%s", async (_what, options, values, groups) => {
    const attributes = { name: ["J"], email: ["j@x.example"], ...(values.length > 0 && { groups: values }) };
    expect(await logIn(options, { attributes })).toMatchObject({ outcome: "ok", identity: { groups } });
  });

  it("limit who may come in, whatever scopes the client asks for (dex-connectors §3.2)", async () => {
    const denied = { outcome: "denied", detail: "in none of the allowed groups" };
    expect(await logIn({ allowedGroups: ["Dev", "admins"] })).toEqual(denied);
    const attributes = { name: ["J"], email: ["j@x.example"] };
    expect(await logIn({ allowedGroups: ["dev"] }, { attributes })).toEqual(denied);
    const { login } = open({ allowedGroups: ["admins"] });
    if (login.kind !== "formPost") throw new Error("a form post login expected");
    const fields = new Map([["SAMLResponse", Buffer.from(signXml(writeResponse(jane), rsa)).toString("base64")]]);
    const none = { offlineAccess: false, groups: false };
    expect(await login.finish({ scopes: none, callbackUrl: samlUrls.acs, fields, derive: deriveSaml })).toEqual(denied);
  });
});

describeWith("openssl", "a refresh of a login by SAML (dex-connectors §5.2, O-58)", () => {
  const dex = `{"userId":"jane","username":"Jane Doe","preferredUsername":"","email":"jane@example.com","emailVerified":true,"groups":["dev","ops"]}`;

  it("goes on from what Dex has stored, and stores the same", async () => {
    const login = await logIn({});
    expect(login).toHaveProperty("connectorData", dex);
    const { refresh } = open();
    expect(await refresh?.({ scopes, identity: janeIdentity, connectorData: dex })).toEqual({
      outcome: "ok",
      identity: janeIdentity,
    });
    const withoutGroups = dex.replace(',"groups":["dev","ops"]', "");
    expect(await refresh?.({ scopes, identity: janeIdentity, connectorData: withoutGroups })).toMatchObject({
      identity: { groups: [] },
    });
  });

  it("is judged by the groups that are allowed today, over all groups of the login (security case 49)", async () => {
    const login = await logIn({ allowedGroups: ["ops"], filterGroups: true });
    const connectorData = login.outcome === "ok" ? (login.connectorData ?? "") : "";
    const refreshWith = (options: Record<string, unknown>) =>
      open(options).refresh?.({
        scopes: { offlineAccess: true, groups: false },
        identity: janeIdentity,
        connectorData,
      });
    expect(await refreshWith({ allowedGroups: ["admins"] })).toMatchObject({ outcome: "denied" });
    expect(await refreshWith({ allowedGroups: ["dev"], filterGroups: true })).toMatchObject({
      identity: { groups: ["dev"] },
    });
  });

  it.each([undefined, "", "no JSON", "[]", "{}", dex.replace('"jane"', '"jim"'), dex.replace('"jane"', '""')])(
    "is denied where nothing of the person is kept: %j",
    async (connectorData) => {
      const input = { scopes, identity: janeIdentity, ...(connectorData !== undefined && { connectorData }) };
      expect(await open().refresh?.(input)).toMatchObject({ outcome: "denied" });
    },
  );
});

describeWith("openssl", "the settings of SAML", () => {
  const complete = {
    ssoURL: samlUrls.sso,
    redirectURI: samlUrls.acs,
    usernameAttr: "name",
    emailAttr: "email",
    ca: "pem",
  };

  it.each([
    ["without a certificate", { ca: undefined }, "ca"],
    ["with two sources of certificates", { caData: "pem" }, "caData"],
    ["with an unknown NameID format", { nameIDPolicyFormat: "email" }, "nameIDPolicyFormat"],
    ["with allowed groups that can't be read", { allowedGroups: ["a"] }, "allowedGroups"],
    ["with an address that browsers run", { ssoURL: "javascript:alert(1)" }, "ssoURL"],
    ["without ssoURL", { ssoURL: undefined }, "ssoURL"],
    ["without redirectURI", { redirectURI: undefined }, "redirectURI"],
    ["without usernameAttr", { usernameAttr: undefined }, "usernameAttr"],
    ["without emailAttr", { emailAttr: undefined }, "emailAttr"],
  ])("%s are refused at that key", (_what, change, key) => {
    const result = SamlOptions.safeParse({ ...complete, ...change });
    expect(result.error?.issues.map(({ path }) => path.join("."))).toEqual([key]);
  });

  it("are refused with anything but certificates in ca, as in Dex", () => {
    const openWith = (ca: string) => openSaml(SamlOptions.parse({ ...complete, ca }), createConnectorContext());
    expect(() => openWith(`${rsa.certificate}\n\n`)).not.toThrow();
    for (const pem of [
      `${rsa.certificate}junk`,
      `${rsa.key}${rsa.certificate}`,
      `${rsa.certificate}${rsa.key}`,
      "junk",
    ]) {
      expect(() => openWith(pem)).toThrow();
    }
  });
});

describeWith("openssl", "a probe of a SAML connector", () => {
  it("tells how long certificates live and that the identity provider answers", async () => {
    const upstream = await startHttpUpstream(() => ({ status: 405 }));
    const old = createSamlKey("ec", 5);
    const probe = (ssoURL: string, at: number, ca = rsa.certificate) =>
      open({ ssoURL, ca }, at).probe?.() ?? Promise.resolve([]);
    try {
      expect(await probe(`${upstream.url}/sso`, now)).toEqual([
        expect.stringMatching(/^the certificate CN=idp is valid until \d{4}-\d\d-\d\d$/),
        `${new URL(upstream.url).host} answers (405)`,
      ]);
      const both = rsa.certificate + old.certificate;
      expect((await probe(upstream.url, now, both))[1]).toContain("ends soon");
      expect((await probe(upstream.url, now + 10 * 86_400_000, both))[1]).toContain("is not used");
      await expect(probe(upstream.url, 0)).rejects.toMatchObject({ name: "ProbeFailure", key: "ca" });
    } finally {
      await upstream.close();
    }
    await expect(probe(upstream.url, now)).rejects.toMatchObject({ name: "ProbeFailure", key: "ssoURL" });
  });
});
