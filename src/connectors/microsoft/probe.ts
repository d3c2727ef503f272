import * as z from "zod";
import type { HttpResponse } from "../../platform/http-client.js";
import { trimSlashes } from "../../platform/url.js";
import { type ConnectorContext, ProbeFailure } from "../port.js";
import { probeStep } from "../shared/probe-step.js";
import { sendPatiently, type UpstreamCaller } from "../shared/upstream-json.js";
import { isOneOrganization, type MicrosoftOptions } from "./config.js";
import { readAssertion } from "./read-assertion.js";

const Complaint = z.object({ error: z.string(), error_description: z.string().optional() });

/**
 * Tries what a login needs besides a person: the tenant, and the client's secret or assertion. The latter by the client
 * credentials grant, whose token is thrown away; shared tenants have no such grant.
 */
export async function probeMicrosoft(
  options: MicrosoftOptions,
  context: ConnectorContext,
  caller: UpstreamCaller,
): Promise<readonly string[]> {
  const base = `${trimSlashes(options.apiURL)}/${encodeURIComponent(options.tenant)}`;
  const url = `${base}/v2.0/.well-known/openid-configuration`;
  const found = await probeStep("apiURL", () => sendPatiently(caller, { url }));
  if (found.status !== 200)
    throw new ProbeFailure(`Microsoft does not know the tenant ${options.tenant}: ${describe(found)}`, "tenant");
  const known = `Microsoft knows the tenant ${options.tenant}.`;
  if (!isOneOrganization(options.tenant)) return [known, "The secret can't be tried with a shared tenant."];
  const { clientSecret, clientAssertion } = options;
  if (clientSecret === undefined && clientAssertion === undefined) return [known, "There is no secret to be tried."];
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: options.clientID,
    scope: `${trimSlashes(options.graphURL)}/.default`,
    ...(clientAssertion === undefined
      ? { client_secret: clientSecret?.reveal() ?? "" }
      : await probeStep("clientAssertion", () => readAssertion(context, clientAssertion))),
  });
  const answer = await probeStep("apiURL", () =>
    sendPatiently(caller, {
      method: "POST",
      url: `${base}/oauth2/v2.0/token`,
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    }),
  );
  if (answer.status === 200) return [known, "It takes the client's credentials."];
  const key = clientAssertion === undefined ? "clientSecret" : "clientAssertion";
  const isUnknown = readComplaint(answer)?.error === "unauthorized_client";
  throw new ProbeFailure(`Microsoft refuses the client: ${describe(answer)}`, isUnknown ? "clientID" : key);
}

function describe(response: HttpResponse): string {
  const complaint = readComplaint(response);
  // The first sentence tells what is wrong; trace ids and times follow.
  const said = (complaint?.error_description ?? complaint?.error ?? "").split(/[\r\n]/)[0]?.slice(0, 200);
  return `status ${response.status}${said ? `, ${said}` : ""}`;
}

function readComplaint(response: HttpResponse): z.infer<typeof Complaint> | undefined {
  try {
    return Complaint.parse(JSON.parse(response.text));
  } catch {
    return undefined;
  }
}
