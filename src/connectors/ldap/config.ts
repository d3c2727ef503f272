import * as z from "zod";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { flag, optionalSecret, optionalText, pemText, secretFileText, textOr } from "../shared/options.js";
import { parseFilterList } from "./filter-syntax.js";

const scopes = ["sub", "one"];

function scope(description: string) {
  return z
    .string()
    .refine((text) => scopes.includes(text), "must be sub or one")
    .default("sub")
    .meta({ description, values: scopes });
}

function filter(description: string) {
  return z
    .string()
    .superRefine((text, issues) => {
      const problem = findFilterProblem(text);
      if (problem !== undefined) issues.addIssue({ code: "custom", message: problem });
    })
    .optional()
    .meta({ description, examples: ["(objectClass=person)"] });
}

function findFilterProblem(text: string): string | undefined {
  try {
    parseFilterList(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const Matcher = z.object({
  userAttr: optionalText("Attribute of the person's entry whose values are looked for. `DN` is the entry's name."),
  groupAttr: optionalText(
    "Attribute of groups that holds such a value. With a matching rule behind it (`member:1.2.840.113556.1.4.1941:`) the server compares by that rule.",
  ),
  recursionGroupAttr: optionalText(
    "Attribute of groups that holds the `DN` of the groups inside them: groups of groups are found by it.",
  ),
});

const UserSearch = z.object({
  baseDN: z.string().min(1).meta({ description: "Where people are looked for.", required: true }),
  filter: filter("Who may log in besides having the name that was typed."),
  username: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    // The note `required` would stand in the JSON Schema of a union as it is.
    .meta({ description: "Attribute that holds the name that is typed, or a list of such attributes. Required." }),
  scope: scope("`sub`: everything below `baseDN`; `one`: directly below."),
  idAttr: textOr("uid", "Attribute that `sub` is made of. `DN` is the entry's name."),
  idFormat: z
    .string()
    .refine((text) => idFormats.includes(text), "must be text, hex, base64 or guid")
    .default("text")
    .meta({
      description:
        "How the bytes of `idAttr` are written. `objectGUID` is binary: `guid` is the form that Active Directory's tools show.",
      values: ["text", "hex", "base64", "guid"],
    }),
  emailAttr: textOr("mail", "Attribute that holds the e-mail address."),
  nameAttr: optionalText("Attribute that holds the name to be shown."),
  preferredUsernameAttr: optionalText("Attribute for the claim `preferred_username`."),
  emailSuffix: optionalText("Instead of `emailAttr`: the address is the value of `nameAttr`, `@` and this."),
});

const idFormats = ["text", "hex", "base64", "guid"];

const GroupSearch = z.object({
  baseDN: optionalText("Where groups are looked for. Absent: nobody has groups."),
  filter: filter("Which entries are groups."),
  scope: scope("As in `userSearch`."),
  userMatchers: z
    .array(Matcher)
    .optional()
    .meta({ description: "How person and group are told to belong together; the results of all are added up." }),
  userAttr: optionalText("An older form of `userMatchers` with one entry; `userMatchers` comes first."),
  groupAttr: optionalText("Belongs to `groupSearch.userAttr`."),
  recursionGroupAttr: optionalText("Belongs to `groupSearch.userAttr`."),
  nameAttr: textOr("cn", "Attribute of groups that holds the name to be told to clients."),
});

const usernameForms = ["localpart", "sAMAccountName", "userPrincipalName"] as const;

/** The form of a name in Dex, where case makes no difference. */
function usernameForm() {
  return z
    .string()
    .transform((text) => usernameForms.find((form) => form.toLowerCase() === text.toLowerCase()) ?? "")
    .refine((form) => form !== "", `must be ${usernameForms.slice(0, -1).join(", ")} or ${usernameForms.at(-1)}`)
    .default("localpart")
    .meta({
      description:
        "What is looked for in `userSearch.username`: `localpart` (or `sAMAccountName`): `jane`; `userPrincipalName`: `jane@EXAMPLE.COM`.",
      values: [...usernameForms],
    });
}

const Kerberos = z
  .object({
    enabled: flag("Log in by a Kerberos ticket (SPNEGO), without a password."),
    keytabPath: optionalText("Path of the service's keytab, which the server must be able to read. Needed."),
    spn: optionalText("Name of the service: `HTTP/` and the issuer's host. Absent: any name in the keytab."),
    keytabPrincipal: optionalText(
      "Name under which the key stands in the keytab, where that is not the `spn` (an account of Active Directory).",
    ),
    maxClockSkew: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .default(0)
      .meta({ description: "Seconds that clocks may differ. 0: `clockskew` of `krb5.conf`, which is 300 by default." }),
    expectedRealm: optionalText("Realm that people must be of. Absent: that of the service."),
    usernameFromPrincipal: usernameForm(),
    fallbackToPassword: flag(
      "Show the form to whoever has no ticket that is good. Otherwise nobody gets in without one.",
    ),
  })
  .refine(({ enabled, keytabPath = "" }) => !enabled || keytabPath !== "", {
    path: ["keytabPath"],
    message: "is missing: without the service's keytab no ticket can be judged",
  });

export type KerberosOptions = z.infer<typeof Kerberos>;

function isHost(text: string): boolean {
  return /^[^\s/@]*$/.test(text);
}

const hostForm = "must be a host name or address, with or without `:port`";

/** `config` of a connector of type `ldap`. */
export const LdapOptions = z
  .object({
    host: z
      .string()
      .refine(isHost, hostForm)
      .optional()
      .meta({
        description:
          "`host` or `host:port` of the directory. Default port: 636, and 389 with `startTLS` or `insecureNoSSL`.",
        examples: ["ldap.example.com:636"],
      }),
    hosts: z.array(z.string().refine(isHost, hostForm)).optional().meta({
      description: "More servers of the same directory. Each is tried when those before it do not answer.",
    }),
    insecureNoSSL: flag("Speak without TLS: passwords cross the network in the clear. Wins over `startTLS`."),
    insecureSkipVerify: flag("Take any certificate. For trying things out only."),
    startTLS: flag("Begin without TLS and change over before anything else is said."),
    rootCA: pemText("Certificates to trust instead of the system's."),
    rootCAData: pemText("Like `rootCA`, and comes before it."),
    clientCert: pemText("Certificate to show to the directory."),
    clientKey: secretFileText("Private key of `clientCert`."),
    bindDN: optionalText("Who we are to the directory when we look for people. Absent: anonymous."),
    bindPW: optionalSecret("Password of `bindDN`."),
    usernamePrompt: optionalText("What the field for the user name is called on the page.", { default: "Username" }),
    maxConnections: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(10)
      .meta({ description: "Connections to the directory for searches, and as many for checking passwords." }),
    emailVerified: flag("What the claim `email_verified` says.", true),
    userSearch: UserSearch,
    groupSearch: GroupSearch.prefault({}),
    kerberos: Kerberos.prefault({}),
  })
  .superRefine((options, issues) => {
    for (const { path, message } of findContradictions(options)) issues.addIssue({ code: "custom", path, message });
  });

interface Contradiction {
  readonly path: string[];
  readonly message: string;
}

function findContradictions({
  host,
  hosts = [],
  bindDN,
  bindPW,
}: {
  readonly host?: string | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly bindDN?: string | undefined;
  readonly bindPW?: unknown;
}): readonly Contradiction[] {
  const found: Contradiction[] = [];
  const named = [host, ...hosts].filter((each) => each !== undefined && each !== "");
  if (named.length === 0) found.push({ path: ["host"], message: "is missing: name the directory's host" });
  // A name without a password is no login: servers take it for an anonymous one (RFC 4513 section 5.1.2).
  if (bindDN !== undefined && bindDN !== "" && bindPW === undefined)
    found.push({ path: ["bindPW"], message: "is missing: bindDN needs its password" });
  return found;
}

export type LdapOptions = z.infer<typeof LdapOptions>;

export const ldapCapabilities: Capabilities = {
  ...onlyLogin,
  login: "password",
  refresh: "always",
  groups: { when: "`groupSearch` is set" },
  preferredUsername: { when: "`userSearch.preferredUsernameAttr` is set" },
  negotiate: { when: "`kerberos.enabled` is true" },
};
