import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { describeWith, findPart } from "../support/parts.js";
import { createTempFolder } from "../support/temp-folder.js";

const tools = dirname(findPart("deploy-tools").path);

function run(tool: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(join(tools, tool), args, { encoding: "utf8" });
  return { status, output: `${stdout}${stderr}` };
}

/** A copy of a file in which one text stands for another. */
function spoil(file: string, from: string, to: string): string {
  const text = readFileSync(file, "utf8");
  expect(text).toContain(from);
  const copy = join(createTempFolder(), "spoilt.yaml");
  writeFileSync(copy, text.replace(from, to));
  return copy;
}

describeWith("deploy-tools", "the Dockerfiles", () => {
  it.each(["Dockerfile", "deploy/kerberos/Dockerfile"])("%s breaks no rule of hadolint", (file) => {
    expect(run("hadolint", [file])).toEqual({ status: 0, output: "" });
  });

  it("for Kerberos takes the version of the package that is tested", () => {
    const { optionalDependencies } = Object(JSON.parse(readFileSync("package.json", "utf8")));
    expect(readFileSync("deploy/kerberos/Dockerfile", "utf8")).toContain(`kerberos@${optionalDependencies.kerberos}`);
  });

  it("would be refused without a tag", () => {
    const { status, output } = run("hadolint", [spoil("Dockerfile", "node:24-bookworm-slim", "node")]);
    expect([status, output]).toEqual([1, expect.stringContaining("DL3006")]);
  });
});

describeWith("deploy-tools", "compose.yaml", () => {
  const file = "deploy/compose/compose.yaml";
  const check = ["--builtin-schema", "vendor.compose-spec"];

  it("obeys the schema of the Compose Specification", () => {
    expect(run("check-jsonschema", [...check, file])).toMatchObject({ status: 0 });
  });

  it("would be refused with a key that the specification does not have", () => {
    expect(run("check-jsonschema", [...check, spoil(file, "read_only:", "readonly:")])).toMatchObject({
      status: 1,
      output: expect.stringContaining("readonly"),
    });
  });
});

describeWith("deploy-tools", "the Kubernetes manifests", () => {
  const folder = "deploy/kubernetes";
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".yaml"));

  it("obey the schemas of the Kubernetes API, without an unknown field", () => {
    expect(files.length).toBeGreaterThan(4);
    const { status, output } = run("kubernetes-validate", ["--strict", ...files.map((name) => join(folder, name))]);
    expect([status, output]).toEqual([0, expect.stringContaining("deployment/latchkey")]);
  });

  it("would be refused with a misspelt field", () => {
    const file = spoil(join(folder, "deployment.yaml"), "readinessProbe:", "readynessProbe:");
    expect(run("kubernetes-validate", ["--strict", file])).toMatchObject({
      status: 1,
      output: expect.stringContaining("readynessProbe"),
    });
  });
});
