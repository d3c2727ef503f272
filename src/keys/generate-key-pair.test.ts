import { calculateJwkThumbprint } from "jose";
import { describe, expect, it } from "vitest";
import { signingAlgorithms } from "../oidc/signing-algorithm.js";
import { createThumbprint, generateSigningKeyPair } from "./generate-key-pair.js";

const rfc7638Modulus =
  "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn6" +
  "4tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n9" +
  "1CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

describe("key ids", () => {
  it("are the thumbprint of RFC 7638 §3.1", () => {
    const thumbprint = createThumbprint({ kty: "RSA", n: rfc7638Modulus, e: "AQAB" });
    expect(thumbprint).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  });

  it("are the thumbprint of RFC 8037 appendix A.3 for Ed25519", () => {
    const thumbprint = createThumbprint({
      kty: "OKP",
      crv: "Ed25519",
      x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    expect(thumbprint).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  });

  it.each(signingAlgorithms)("of a new %s key are those that other libraries compute", async (algorithm) => {
    const pair = await generateSigningKeyPair(algorithm);
    expect(pair.keyId).toBe(await calculateJwkThumbprint(pair.publicJwk));
    expect(pair.algorithm).toBe(algorithm);
  });
});
