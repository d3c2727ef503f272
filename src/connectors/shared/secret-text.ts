import * as z from "zod";
import { Secret } from "../../platform/secret.js";

/**
 * A secret of a connector's settings: text that leaves the schema wrapped, so that no log shows it. Takes what it gave, as
 * options are parsed again where a connector is opened. The config also reads it from `...Env` and `...File`.
 */
export function secretText(description: string) {
  const wrapped = z
    .string()
    .min(1)
    .transform((text) => new Secret(text));
  return z.union([z.instanceof(Secret), wrapped]).meta({ description, secret: true });
}
