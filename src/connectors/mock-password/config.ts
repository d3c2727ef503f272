import { z } from "zod";

/** `mockPassword`: one invented person behind a user name and a password. */
export const MockPasswordOptions = z.object({
  username: z.string().min(1).meta({ description: "The one user name that logs in." }),
  password: z.string().min(1).meta({ description: "The password of that user.", secret: true }),
});
export type MockPasswordOptions = z.infer<typeof MockPasswordOptions>;
