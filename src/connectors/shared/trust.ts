import type { HttpSettings } from "../../platform/http-client.js";

/** What a type's own settings say of certificates, besides `connectors[].http`. */
export interface TrustSettings {
  /** PEM. */
  readonly rootCAs?: readonly string[] | undefined;
  readonly insecureSkipVerify?: boolean | undefined;
}

/** Adds the authorities of the type's own settings to those of `http`. */
export function addTrust(http: HttpSettings, { rootCAs = [], insecureSkipVerify }: TrustSettings): HttpSettings {
  return {
    ...http,
    ca: [...http.ca, ...rootCAs],
    verifyCertificates: http.verifyCertificates && insecureSkipVerify !== true,
  };
}
