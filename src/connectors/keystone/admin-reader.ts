import { UpstreamError } from "../shared/upstream-error.js";
import type { KeystoneOptions } from "./config.js";
import { type KeystoneClient, nameDomain, type Reading, type TokenScope } from "./keystone-client.js";

/** What is read with the token of `keystoneUsername`. */
export interface AdminReader {
  /** Rejects with `UpstreamError` where that user can't log in, or may not read this with any scope. */
  read<T>(
    ask: (token: string) => Promise<Reading<T>>,
  ): Promise<{ readonly found: T } | { readonly missing: "unknown" }>;
}

/** Undefined: nobody is configured. */
export function createAdminReader(options: KeystoneOptions, keystone: KeystoneClient): AdminReader | undefined {
  const { keystoneUsername, keystonePassword } = options;
  if (keystoneUsername === undefined || keystonePassword === undefined) return undefined;
  // Dex asks for no scope, which does for who has a default project. Keystone's own administrator has none: they may
  // read users of their domain, or of the whole system, only with a token that says so.
  const scopes: TokenScope[] = [undefined, { domain: nameDomain(options.domain) }, { system: { all: true } }];

  return {
    async read(ask) {
      let isKnown = false;
      for (const scope of [...scopes]) {
        const login = await keystone.authenticate(keystoneUsername, keystonePassword.reveal(), scope);
        // Without a scope there is nothing else that could be wrong; more attempts would only lock the account.
        if (login === undefined && scope === undefined) break;
        if (login === undefined) continue;
        isKnown = true;
        const reading = await ask(login.token);
        if ("missing" in reading && reading.missing === "forbidden") continue;
        putFirst(scopes, scope);
        return "found" in reading ? reading : { missing: "unknown" };
      }
      throw new UpstreamError(
        isKnown
          ? "Keystone does not let keystoneUsername read users"
          : "Keystone does not take keystoneUsername and keystonePassword",
      );
    },
  };
}

/** What worked is tried first from now on: each attempt costs Keystone a password hash. */
function putFirst(scopes: TokenScope[], scope: TokenScope): void {
  scopes.splice(scopes.indexOf(scope), 1);
  scopes.unshift(scope);
}
