import type { LogoutInput } from "../../port.js";

/** Where the browser ends its session at the provider (OpenID Connect RP-Initiated Logout 1.0 section 2). */
export function formatLogout(endSessionUrl: string, clientId: string, input: LogoutInput): string {
  const url = new URL(endSessionUrl);
  url.searchParams.set("post_logout_redirect_uri", input.returnUrl);
  url.searchParams.set("client_id", clientId);
  url.searchParams.set("state", input.state);
  return url.href;
}
