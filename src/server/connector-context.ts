import { readChangingFile } from "../config/read-changing-file.js";
import type { ConnectorContext } from "../connectors/port.js";

/** What a connector is opened with. */
export function createConnectorContext(parts: Omit<ConnectorContext, "readFile">): ConnectorContext {
  return { ...parts, readFile: readChangingFile };
}
