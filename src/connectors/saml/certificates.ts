import { type KeyObject, X509Certificate } from "node:crypto";

/** A certificate whose key signs for the identity provider. It is pinned: nobody's signature on it counts. */
export interface PinnedCertificate {
  readonly key: KeyObject;
  readonly subject: string;
  readonly notBeforeAt: number;
  readonly notAfterAt: number;
}

/** Reads all certificates of a PEM text. Throws, as Dex, where anything but certificates is in it. */
export function parseCertificates(pem: string): readonly PinnedCertificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new Error("no certificate in PEM format");
  const end = "-----END CERTIFICATE-----";
  const rest = pem.slice(pem.lastIndexOf(end) + end.length);
  // What follows may be a certificate that was cut or misspelt, and would be missing without a word.
  if (rest.trim() !== "") throw new Error("something follows the last certificate that is none");
  const isAllRead = (pem.match(/-----BEGIN /g) ?? []).length === blocks.length;
  if (!isAllRead) throw new Error("something in it is no certificate");
  return blocks.map(readCertificate);
}

function readCertificate(block: string): PinnedCertificate {
  const certificate = new X509Certificate(block);
  return {
    key: certificate.publicKey,
    subject: certificate.subject.replaceAll("\n", ", "),
    notBeforeAt: Date.parse(certificate.validFrom),
    notAfterAt: Date.parse(certificate.validTo),
  };
}

export function isValidAt({ notBeforeAt, notAfterAt }: PinnedCertificate, at: number): boolean {
  return at >= notBeforeAt && at <= notAfterAt;
}
