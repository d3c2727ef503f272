import { ErrorResponse, type User, UserManager } from "oidc-client-ts";

// A single-page app as the library's documentation builds one. Its issuer stands in the page's address.
const address = new URL(location.href);
const authority = address.searchParams.get("issuer") ?? sessionStorage.getItem("issuer") ?? "";
sessionStorage.setItem("issuer", authority);

const manager = new UserManager({
  authority,
  client_id: "public-client",
  redirect_uri: `${address.origin}/`,
  scope: "openid email profile groups offline_access",
  loadUserInfo: true,
  automaticSilentRenew: false,
});

const actions: Readonly<Record<string, () => Promise<User | null | undefined>>> = {
  "log-in": () => manager.signinRedirect().then(() => undefined),
  refresh: () => manager.signinSilent(),
  revoke: async () => {
    await manager.revokeTokens(["refresh_token"]);
    return manager.getUser();
  },
};

for (const [id, action] of Object.entries(actions)) {
  document.getElementById(id)?.addEventListener("click", () => void show(action));
}
if (address.searchParams.has("state")) void show(() => manager.signinCallback().then((user) => user ?? null));

/** Runs an action and writes its outcome where the test reads it. */
async function show(action: () => Promise<User | null | undefined>): Promise<void> {
  const result = document.getElementById("result");
  if (result === null) return;
  result.dataset["state"] = "running";
  try {
    result.textContent = JSON.stringify({ user: await action() });
  } catch (error) {
    result.textContent = JSON.stringify({ error: error instanceof ErrorResponse ? error.error : String(error) });
  }
  result.dataset["state"] = "done";
}
