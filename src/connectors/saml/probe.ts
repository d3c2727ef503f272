import { openHttpClient } from "../../platform/http-client.js";
import { type ConnectorContext, ProbeFailure } from "../port.js";
import { isValidAt, type PinnedCertificate } from "./certificates.js";
import type { SamlOptions } from "./config.js";

interface ProbeInput {
  readonly options: SamlOptions;
  readonly certificates: readonly PinnedCertificate[];
  readonly context: ConnectorContext;
}

/** Enough to get a new certificate from whoever runs the identity provider. */
const soonMs = 30 * 24 * 3_600_000;

/** Dates of the certificates, and whether anything answers at `ssoURL`. */
export async function probeSaml({ options, certificates, context }: ProbeInput): Promise<readonly string[]> {
  const key = options.ca === undefined ? "caData" : "ca";
  const now = context.clock();
  if (certificates.length > 0 && !certificates.some((certificate) => isValidAt(certificate, now)))
    throw new ProbeFailure("no certificate of the identity provider is valid today", key);
  const warnings = options.insecureSkipSignatureValidation ? ["signatures are NOT checked"] : [];
  return [
    ...warnings,
    ...certificates.map((certificate) => describe(certificate, now)),
    await probeSsoUrl(options, context),
  ];
}

function describe(certificate: PinnedCertificate, now: number): string {
  const { subject, notBeforeAt, notAfterAt } = certificate;
  const [from, until] = [notBeforeAt, notAfterAt].map((at) => new Date(at).toISOString().slice(0, 10));
  if (!isValidAt(certificate, now))
    return `the certificate ${subject} is not used: it is valid from ${from} to ${until}`;
  return notAfterAt - now < soonMs
    ? `the certificate ${subject} ends soon, on ${until}: ask for the next one and add it`
    : `the certificate ${subject} is valid until ${until}`;
}

/** Any answer will do: without a request in it the address has nothing to say. */
async function probeSsoUrl({ ssoURL }: SamlOptions, { http }: ConnectorContext): Promise<string> {
  const client = openHttpClient(http);
  try {
    const { status } = await client.send({ url: ssoURL, followRedirects: false });
    return `${new URL(ssoURL).host} answers (${status})`;
  } catch (error) {
    throw new ProbeFailure(error instanceof Error ? error.message : String(error), "ssoURL");
  } finally {
    await client.close();
  }
}
