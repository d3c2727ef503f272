import type { ConnectorContext } from "../port.js";

/** RFC 7523 section 2.2. The file is read each time: whoever projects it replaces it within the hour. */
export async function readAssertion(
  { readFile }: Pick<ConnectorContext, "readFile">,
  path: string,
): Promise<Readonly<Record<string, string>>> {
  return {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: (await readFile(path)).trim(),
  };
}
