import { z } from "zod";

/** Who a person is according to a connector. Field names follow Dex's `Identity`. */
export const Identity = z.object({
  /** Stable at the upstream; half of `sub`. Never empty. */
  userId: z.string().min(1),
  /** Display name: the `name` claim. */
  username: z.string(),
  preferredUsername: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  groups: z.array(z.string()).readonly(),
});
export type Identity = z.infer<typeof Identity>;
