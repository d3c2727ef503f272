import type { Config } from "../config/config.js";
import type { House } from "./compose.js";
import type { LogFault } from "./protocol-errors.js";
import type { RequestFacts } from "./request-facts.js";

/** What every scope of an application is built from. */
export interface Scope {
  readonly config: Config;
  readonly house: House;
  readonly facts: RequestFacts;
  readonly logFault: LogFault;
}
