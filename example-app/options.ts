import { parseArgs } from "node:util";
import { ownPaths } from "./paths.js";

export interface Options {
  /** As the provider writes it in `iss`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Empty for a public client. */
  readonly clientSecret: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Where the provider sends the browser back to; by default `/callback` at the address listened on. */
  readonly redirectUri?: string;
}

export type ParsedOptions =
  | { readonly outcome: "run"; readonly options: Options }
  | { readonly outcome: "help" }
  | { readonly outcome: "wrong"; readonly problem: string };

export const usage = `Usage: npm run example-app -- [OPTIONS]

A web application that logs people in with OpenID Connect and shows what it gets.

  --issuer URL         the provider (default http://127.0.0.1:5556/dex)
  --client-id ID       as registered there (default example-app)
  --client-secret TEXT its secret; empty for a public client (default that of config.example.yaml)
  --listen HOST:PORT   where this application listens (default 127.0.0.1:5555)
  --redirect-uri URL   as registered there (default http://HOST:PORT/callback)
  --help               prints this
`;

const flags = {
  issuer: { type: "string", default: "http://127.0.0.1:5556/dex" },
  "client-id": { type: "string", default: "example-app" },
  "client-secret": { type: "string", default: "ZXhhbXBsZS1hcHAtc2VjcmV0" },
  listen: { type: "string", default: "127.0.0.1:5555" },
  "redirect-uri": { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

/** Reads the command line. Nothing is printed here. */
export function parseOptions(argv: readonly string[]): ParsedOptions {
  try {
    const { values } = parseArgs({ args: [...argv], options: flags, strict: true });
    if (values.help === true) return { outcome: "help" };
    const redirectUri = values["redirect-uri"];
    return {
      outcome: "run",
      options: {
        issuer: requireIssuer(values.issuer),
        clientId: requireText("--client-id", values["client-id"]),
        clientSecret: values["client-secret"],
        listen: requireAddress(values.listen),
        ...(redirectUri !== undefined && { redirectUri: requireRedirectUri(redirectUri) }),
      },
    };
  } catch (error) {
    return { outcome: "wrong", problem: error instanceof Error ? error.message : String(error) };
  }
}

function requireText(flag: string, value: string): string {
  if (value.trim() === "") throw new Error(`${flag} is empty`);
  return value;
}

function requireIssuer(value: string): string {
  const url = requireWebUrl("--issuer", value);
  if (url.search !== "") throw new Error("--issuer has a query; an issuer has none");
  return value;
}

function requireRedirectUri(value: string): string {
  const { pathname } = requireWebUrl("--redirect-uri", value);
  if (ownPaths.has(pathname)) throw new Error(`--redirect-uri: the path ${pathname} is a page of this application`);
  return value;
}

function requireWebUrl(flag: string, value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new Error(`${flag} is not an http or https URL: ${value}`);
  if (url.hash !== "" || url.username !== "" || url.password !== "")
    throw new Error(`${flag} has a fragment or credentials in it`);
  return url;
}

/** `HOST:PORT`, or `http://HOST:PORT` as Dex's example application takes it. */
function requireAddress(value: string): Options["listen"] {
  const match = /^(?:http:\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+):(\d{1,5})\/?$/i.exec(value);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) throw new Error(`--listen is not HOST:PORT: ${value}`);
  return { host: match[1].replace(/^\[|\]$/g, ""), port };
}
