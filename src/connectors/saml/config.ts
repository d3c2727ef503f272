import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, optionalText, pemText, requiredText, textOr, texts } from "../shared/options.js";

const saml11 = "urn:oasis:names:tc:SAML:1.1:nameid-format:";
const saml20 = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/** SAML Core section 8.3. */
const nameIdFormats: readonly string[] = [
  ...["emailAddress", "unspecified", "X509SubjectName", "WindowsDomainQualifiedName"].map((name) => saml11 + name),
  ...["encrypted", "entity", "kerberos", "persistent", "transient"].map((name) => saml20 + name),
];

/** The URN of a format that is written as such, or as its last part. */
export function findNameIdFormat(written: string): string | undefined {
  return nameIdFormats.find((urn) => urn === written || urn.endsWith(`:${written}`));
}

const fields = z.object({
  ssoURL: requiredText("Where people log in: the identity provider's single sign-on address for the POST binding."),
  redirectURI: requiredText(
    "Where the identity provider posts its answer: `{issuer}/callback`, or `{issuer}/callback/{id}` of this connector.",
  ),
  ca: pemText(
    "Certificates with which the identity provider signs. Pinned: no certificate that they have signed is trusted.",
  ),
  caData: pemText("The same, instead of `ca`."),
  usernameAttr: requiredText("Name of the attribute that becomes the `name` claim."),
  emailAttr: requiredText("Name of the attribute that becomes the `email` claim."),
  groupsAttr: optionalText("Name of the attribute that becomes the `groups` claim."),
  groupsDelim: optionalText("Splits the one value of `groupsAttr`. Default: each value is a group."),
  allowedGroups: texts("Only members of one of these groups can log in. Compared to the letter; needs `groupsAttr`."),
  filterGroups: flag("The `groups` claim holds none but `allowedGroups`."),
  entityIssuer: optionalText(
    "Our entity ID: sent as the issuer of requests, and expected as audience. Default: no issuer, `redirectURI` as audience.",
  ),
  ssoIssuer: optionalText(
    "Entity ID of the identity provider. Where it is set, responses and assertions must be from it.",
  ),
  nameIDPolicyFormat: textOr("persistent", "Format of the NameID to be asked for: a URN of SAML, or its last part."),
  insecureAllowSHA1: flag("Takes signatures made with SHA-1. Whoever can choose what is signed may forge with it."),
  insecureSkipSignatureValidation: flag(
    "Takes responses that nobody has signed: everybody can log in as anybody. For trying things out only.",
  ),
});

export const SamlOptions = fields.superRefine((options, { addIssue }) => {
  function refuse(key: keyof typeof options, message: string): void {
    addIssue({ code: "custom", path: [key], message });
  }
  const sources = [options.ca, options.caData].filter((pem) => pem !== undefined && pem !== "").length;
  if (sources === 0 && !options.insecureSkipSignatureValidation)
    refuse("ca", "the certificate of the identity provider is missing: set ca or caData");
  if (sources === 2) refuse("caData", "set either ca or caData");
  if (!/^https?:\/\/[^/]/i.test(options.ssoURL)) refuse("ssoURL", "must be an http or https URL");
  if (findNameIdFormat(options.nameIDPolicyFormat) === undefined)
    refuse("nameIDPolicyFormat", "is no NameID format of SAML");
  if ((options.allowedGroups ?? []).length > 0 && options.groupsAttr === undefined)
    refuse("allowedGroups", "nobody could log in: groups are read from groupsAttr, which is missing");
});
export type SamlOptions = z.infer<typeof SamlOptions>;

export const samlCapabilities: Capabilities = {
  ...onlyLogin,
  login: "formPost",
  refresh: "always",
  groups: { when: "`groupsAttr` is set" },
};
