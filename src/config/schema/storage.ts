import * as z from "zod";
import { text } from "./key.js";

export const storageTypes: readonly string[] = ["memory", "sqlite3"];
/** Types of Dex that a later version will have: where state lives must not change by being ignored. */
export const plannedStorageTypes: readonly string[] = ["postgres", "mysql", "etcd", "kubernetes"];

export const Storage = z.object({
  type: text("Dex's other types are refused as not supported yet.", {
    required: true,
    values: storageTypes,
  }),
  config: z
    .object({
      file: text(
        "For sqlite3: path of the file, relative to the working directory. Without one, or with :memory:, everything is lost when the process ends.",
        { examples: ["/var/lib/latchkey/latchkey.db"] },
      ),
    })
    .prefault({})
    .meta({ description: "Settings of the storage type." }),
  encryptionKeys: z.array(z.string()).optional().meta({
    description:
      "Keys that seal signing keys and upstream credentials: base64 of 32 bytes each. The first seals, all open. Default: none, with a warning at start.",
    secret: true,
  }),
  encryptionKeysEnv: text("Environment variable that holds the keys, one a line."),
  encryptionKeysFile: text("File that holds the keys, one a line."),
});
