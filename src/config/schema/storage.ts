import { z } from "zod";
import { text, texts } from "./key.js";

export const Storage = z.object({
  type: z.string().meta({ description: "memory or sqlite3." }),
  config: z
    .object({ file: text("Path of the SQLite file; relative to the working directory.") })
    .prefault({})
    .meta({ description: "Settings of the storage type." }),
  encryptionKeys: texts(
    "Keys that seal signing keys and upstream credentials: base64 of 32 bytes each. The first seals, all open.",
  ),
  encryptionKeysEnv: text("Environment variable that holds the keys, one a line."),
  encryptionKeysFile: text("File that holds the keys, one a line."),
});
