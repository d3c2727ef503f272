import * as z from "zod";
import { trimSlashes } from "../../platform/url.js";
import { UpstreamError } from "../shared/upstream-error.js";
import { fetchJson, parseJson, requireSuccess, sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";
import type { AssertionSigner } from "./delegation.js";

/** The host that tells a machine at Google who it is. It must be asked without a proxy. */
export const metadataHost = "metadata.google.internal";

export interface MachineAccountOptions extends UpstreamCaller {
  readonly metadataUrl: string;
  /** Of the IAM Service Account Credentials API. */
  readonly iamUrl: string;
  readonly tokenUrl: string;
}

const Token = z.object({ access_token: z.string().min(1) });
const Signed = z.object({ signedJwt: z.string().min(1) });

/**
 * Signs as the service account of the machine that we run on (Compute Engine, or Workload Identity of GKE): the metadata
 * server says which one that is, and Google signs with its key (`signJwt`), which is nowhere here. The account needs the
 * role Service Account Token Creator on itself.
 */
export function createMachineAccount(options: MachineAccountOptions): AssertionSigner {
  return {
    tokenUrl: options.tokenUrl,
    async sign(claims) {
      const email = (await readMetadata(options, "email")).trim();
      const { access_token } = parseMetadataToken(await readMetadata(options, "token"));
      const answer = await fetchJson(options, Signed, {
        method: "POST",
        url: `${trimSlashes(options.iamUrl)}/v1/projects/-/serviceAccounts/${encodeURIComponent(email)}:signJwt`,
        headers: { authorization: `Bearer ${access_token}`, "content-type": "application/json" },
        body: JSON.stringify({ payload: JSON.stringify({ ...claims, iss: email }) }),
      });
      return answer.signedJwt;
    },
  };
}

/** The header of the answer tells the metadata server from whoever else may have its address. */
async function readMetadata(options: MachineAccountOptions, what: "email" | "token"): Promise<string> {
  const url = `${trimSlashes(options.metadataUrl)}/computeMetadata/v1/instance/service-accounts/default/${what}`;
  const response = await sendPatiently(options, { url, headers: { "metadata-flavor": "Google" } });
  if (response.header("metadata-flavor") !== "Google")
    throw new UpstreamError("there is no metadata server of Google here, and so no service account of this machine");
  return requireSuccess(response).text;
}

function parseMetadataToken(text: string): z.infer<typeof Token> {
  return parseJson(Token, { status: 200, header: () => undefined, text, url: `http://${metadataHost}/` });
}
