import * as z from "zod";
import { isCidr } from "../../platform/address-list.js";
import type { Capabilities } from "../port.js";
import { onlyLogin } from "../shared/only-login.js";
import { textOr, texts } from "../shared/options.js";

/** Of a header: RFC 9110 section 5.1. */
function headerName(fallback: string, description: string) {
  return z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "is no name of a header")
    .default(fallback)
    .meta({ description });
}

/** Whose proxies are believed where nobody says which: this machine and private networks, as they stand in containers. */
export const privateNetworks: readonly string[] = [
  ...["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"],
  ...["::1", "fc00::/7", "fe80::/10"],
];

const address = z.string().refine(isCidr, "is no address or CIDR");

export const AuthproxyOptions = z.object({
  userHeader: headerName(
    "X-Remote-User",
    "Name of the person; no login without it. Stands in for what the others lack.",
  ),
  userIDHeader: headerName("X-Remote-User-Id", "Id of the person: half of `sub`. Without it `userHeader`."),
  userNameHeader: headerName("X-Remote-User-Name", "The `preferred_username` claim. Without it `userHeader`."),
  emailHeader: headerName("X-Remote-User-Email", "The `email` claim. Without it `userHeader`."),
  groupHeader: headerName("X-Remote-Group", "Groups of the person, with `groupHeaderSeparator` between them."),
  groupHeaderSeparator: textOr(",", "Stands between groups in `groupHeader`."),
  staticGroups: texts("Groups that everybody has besides."),
  trustedProxies: z.array(address).optional().meta({
    description:
      "Addresses or CIDRs of the proxies that may say who a person is. Default: loopback and private networks, with a warning.",
  }),
});
export type AuthproxyOptions = z.infer<typeof AuthproxyOptions>;

export const authproxyCapabilities: Capabilities = {
  ...onlyLogin,
  login: "header",
  groups: "always",
  preferredUsername: "always",
};
