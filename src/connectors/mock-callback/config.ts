import * as z from "zod";

/** `mockCallback` has no settings. */
export const MockCallbackOptions = z.object({});
export type MockCallbackOptions = z.infer<typeof MockCallbackOptions>;
