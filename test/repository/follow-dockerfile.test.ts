import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTempFolder } from "../support/temp-folder.js";

/** Follows a Dockerfile with a context of two files, `in/a` and `secret`. */
function follow(dockerfile: string) {
  const [context, folder] = [createTempFolder(), createTempFolder()];
  mkdirSync(join(context, "in"));
  writeFileSync(join(context, "in/a"), "A");
  writeFileSync(join(context, "secret"), "S");
  writeFileSync(join(context, ".dockerignore"), "*\n!in\n!Dockerfile\n");
  writeFileSync(join(context, "Dockerfile"), dockerfile);
  chmodSync(join(context, "in/a"), 0o644);
  const args = ["scripts/follow-dockerfile.mjs", context, folder];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return { status, stderr, image: join(folder, "image") };
}

describe("the steps of a Dockerfile, followed without Docker", () => {
  it("are copies, commands and stages, each in its folder", () => {
    const { status, stderr, image } = follow(`# A comment
FROM base AS build
WORKDIR /build
COPY in/a ./
RUN mkdir out \\
  # Another one.
  && cat a a > out/b && ln -s b out/c

FROM base
COPY --from=build --chown=1:1 /build/out /etc/x
WORKDIR /srv
COPY in copy
USER 1:1
`);
    expect([status, stderr]).toEqual([0, ""]);
    expect(readFileSync(join(image, "etc/x/b"), "utf8")).toBe("AA");
    expect(readlinkSync(join(image, "etc/x/c"))).toBe("b");
    expect(readFileSync(join(image, "srv/copy/a"), "utf8")).toBe("A");
  });

  it.each([
    ["a file that .dockerignore holds back", "COPY secret x", "holds secret back"],
    ["a file that is not there", "COPY in/b x", "in/b is not in the context"],
    ["a command that fails", "RUN false", "Command failed"],
    ["an instruction that it does not know", "ADD in x", "ADD can't be followed"],
  ])("end at %s", (_title, step, message) => {
    const { status, stderr } = follow(`FROM base\n${step}\n`);
    expect([status, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe(".ci/run", () => {
  it("follows the Dockerfile, and tries what comes out", () => {
    const text = readFileSync(".ci/run", "utf8");
    expect(text).toMatch(/node scripts\/follow-dockerfile\.mjs \. .*\n?.*node scripts\/try-image\.mjs \. /);
  });
});
