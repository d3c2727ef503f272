import * as z from "zod";

/** Who a person is according to a connector. Field names follow Dex's `Identity`. */
export const Identity = z.object({
  /** Stable at the upstream; half of `sub`. Empty only for static passwords without `userID`, as with Dex. */
  userId: z.string(),
  /** Display name: the `name` claim. */
  username: z.string(),
  preferredUsername: z.string(),
  email: z.string(),
  emailVerified: z.boolean(),
  groups: z.array(z.string()).readonly(),
});
export type Identity = z.infer<typeof Identity>;
