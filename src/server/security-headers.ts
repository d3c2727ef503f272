/** Headers of every answer. A page brings its own, narrower Content-Security-Policy. */
export function createSecurityHeaders(options: {
  readonly isHttps: boolean;
  /** `web.headers`: replace ours, by lower-case name. */
  readonly configured: Readonly<Record<string, string>>;
}): Readonly<Record<string, string>> {
  return {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    // URLs of a login carry sealed flows and codes: nobody learns them from a Referer (RFC 9700 §4.2.4).
    "referrer-policy": "no-referrer",
    ...(options.isHttps && { "strict-transport-security": "max-age=31536000" }),
    ...options.configured,
  };
}
