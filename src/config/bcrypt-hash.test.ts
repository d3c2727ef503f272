import { verify } from "@node-rs/bcrypt";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHash } from "./bcrypt-hash.js";

/** Of "password", cost 10. */
const hash = "$2a$10$v/h5sHbDwloX8KJ6nYVVGOcoXlmdJSv5118XwwzKbd0AklbceQ86G";

function refusalOf(text: string): string {
  return parseHash(text).refusal ?? "none";
}

describe("a bcrypt hash is taken as Go's bcrypt takes it", () => {
  it.each(["$2a$", "$2b$", "$2y$"])("with the prefix %s", async (prefix) => {
    const text = `${prefix}${hash.slice(4)}`;
    expect(parseHash(text)).toEqual({ hash: text, hasRest: false });
    expect(await verify("password", text)).toBe(true);
  });

  it("as base64 of one, with and without a line end inside", () => {
    expect(parseHash(Buffer.from(hash).toString("base64"))).toEqual({ hash, hasRest: false });
    expect(parseHash(Buffer.from(`${hash}\n`).toString("base64"))).toEqual({ hash, hasRest: false });
  });

  it("without what follows the 60th character, such as the % of a shell", () => {
    expect(parseHash(`${hash}%`)).toEqual({ hash, hasRest: true });
  });

  it("with a salt that has bits to spare, which other implementations never match", async () => {
    const sloppy = `${hash.slice(0, 28)}P${hash.slice(29)}`;
    expect(await verify("password", sloppy)).toBe(false);
    expect(parseHash(sloppy)).toEqual({ hash, hasRest: false });
  });

  it("is refused where no password could match", () => {
    expect(refusalOf(hash.slice(0, 59))).toContain("59 characters of 60");
    expect(refusalOf("$2a$10$REPLACE_WITH_YOUR_HASH")).toContain("characters of 60");
    expect(refusalOf(hash.replace("$2a$", "$2bb$"))).toContain("must begin with $2a$, $2b$ or $2y$");
    for (const text of ["", "password", "$argon2id$v=19$m=1$x", "JDJh", "$APP_HASH"]) {
      expect(refusalOf(text)).toContain("malformed bcrypt hash");
    }
  });

  it("is refused with a cost that Dex refuses at every login", () => {
    const withCost = (cost: string): string => refusalOf(hash.replace("$10$", `$${cost}$`));
    expect(["04", "09", "17", "31"].map(withCost)).toEqual(
      ["04", "09", "17", "31"].map((cost) => `bcrypt cost ${cost}: must be from 10 to 16`),
    );
    expect(["10", "12", "16"].map(withCost)).toEqual(["none", "none", "none"]);
  });

  it("has 60 characters or a reason, whatever the text, and the reason does not repeat it", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `$2a$10$${text}`),
        ),
        (text) => {
          const parsed = parseHash(text);
          if (parsed.refusal === undefined) expect(parsed.hash).toHaveLength(60);
          else if (text.length > 12) expect(parsed.refusal).not.toContain(text);
        },
      ),
    );
  });
});
