import type { FormPostStart } from "../../../src/connectors/port.js";
import { findField } from "../../support/http-browser.js";
import { startHttpUpstream, type UpstreamReply } from "../../support/http-upstream.js";
import { describeWith } from "../../support/parts.js";
import {
  createSamlKey,
  encodeResponse,
  type ResponseContent,
  type SamlKey,
  samlUrls,
  signXml,
  writeResponse,
} from "../../support/saml-idp.js";
import type { Behaviour, ConnectorStand, RunningStand, StandInput, StandPerson } from "../stand.js";
import { failHttp } from "./http-faults.js";

export const samlStand = createStand("saml");
export const samlExperimentalStand = createStand("samlExperimental");

const entityId = "urn:latchkey:stand";
const status = "urn:oasis:names:tc:SAML:2.0:status";
const refused = `<samlp:StatusCode Value="${status}:Responder"><samlp:StatusCode Value="${status}:AuthnFailed"/></samlp:StatusCode>`;

function createStand(type: string): ConnectorStand {
  const unasked = "browsers carry everything: neither a login nor a refresh asks the identity provider";
  const unchanging = "SAML knows no way to ask again: a refresh goes on from the login (dex-connectors O-58)";
  return {
    type,
    describe: (title, body) => describeWith("openssl", title, body),
    places: [],
    identityOf: ({ id, name, email, groups }) => ({
      ...{ userId: id, username: name, preferredUsername: "", email, groups },
      emailVerified: true,
    }),
    skips: {
      ...{ slow: unasked, "status-500": unasked, "wrong-content-type": unasked },
      ...{ "bad-json": unasked, "huge-body": unasked, down: unasked },
      changes: unchanging,
      revoked: unchanging,
      rotation: "a response is no credential, and nothing else is given",
    },
    // How a whole response begins, plain and encoded.
    secrets: ["<samlp:Response", encodeResponse("<samlp:Response").slice(0, 16)],
    start: startIdentityProvider,
  };
}

async function startIdentityProvider({ clock, callbackUrl }: StandInput): Promise<RunningStand> {
  const key = createSamlKey();
  let behaviour: Behaviour = { kind: "well" };
  let current: StandPerson | undefined;

  function answer(form: URLSearchParams): UpstreamReply {
    const request = Buffer.from(form.get("SAMLRequest") ?? "", "base64").toString("utf8");
    if (current === undefined || !request.includes(entityId)) return { status: 403 };
    const response = encodeResponse(respond({ request, person: current, behaviour, now: clock(), key }));
    const fields = Object.entries({ SAMLResponse: response, RelayState: form.get("RelayState") ?? "" });
    const inputs = fields.map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
    return { headers: { "content-type": "text/html" }, body: `<form method="post">${inputs.join("")}</form>` };
  }

  const provider = await startHttpUpstream(({ method, form }, response) => {
    const fault = failHttp(behaviour, "sso", response);
    if (fault !== undefined) return fault.reply;
    return method === "POST" ? answer(form) : { status: 405 };
  });
  return {
    settings: ({ restricted }) => ({
      ssoURL: `${provider.url}/sso`,
      redirectURI: callbackUrl,
      caData: key.certificate,
      entityIssuer: entityId,
      ssoIssuer: samlUrls.issuer,
      ...{ usernameAttr: "name", emailAttr: "email", groupsAttr: "groups" },
      ...(restricted && { allowedGroups: ["crew"] }),
    }),
    way: { kind: "formPost", visit: postForm },
    setPerson: (person) => {
      current = person;
    },
    setBehaviour: (next) => {
      behaviour = next;
    },
    stop: provider.close,
  };
}

interface Occasion {
  /** The `AuthnRequest`, in XML. */
  readonly request: string;
  readonly person: StandPerson;
  readonly behaviour: Behaviour;
  readonly now: number;
  readonly key: SamlKey;
}

/** A signed response to this request, to the address that it names. */
function respond({ request, person, behaviour, now, key }: Occasion): string {
  const read = (name: string): string => new RegExp(` ${name}="([^"]*)"`).exec(request)?.[1] ?? "";
  const acs = read("AssertionConsumerServiceURL");
  const { id, name, email, groups } = person;
  const content: ResponseContent = {
    requestId: read("ID"),
    now,
    destination: acs,
    recipient: acs,
    audience: entityId,
    nameId: behaviour.kind === "id-missing" ? "" : id,
    attributes: { name: [name], email: [email], groups },
  };
  return behaviour.kind === "denied"
    ? signXml(writeResponse({ ...content, status: refused }, ""), key, { id: "_response" })
    : signXml(writeResponse(content), key);
}

/** What a browser does with the form that posts itself, and with the one that comes back. */
async function postForm(start: FormPostStart): Promise<ReadonlyMap<string, string>> {
  if (!("fields" in start)) throw new Error("a form expected");
  const response = await fetch(start.action, { method: "POST", body: new URLSearchParams({ ...start.fields }) });
  const page = await response.text();
  const read = (name: string): [string, string] => [name, findField(page, name) ?? ""];
  return new Map([read("SAMLResponse"), read("RelayState")]);
}
