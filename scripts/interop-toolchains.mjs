// Finds the toolchains of the relying parties in test/interop, fetches their libraries and compiles their programs.
// What came of it stands in `toolchains.json` in .build-interop (or LATCHKEY_INTEROP_DIR); the tests read that file.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const sources = fileURLToPath(new URL("../test/interop", import.meta.url));
const mavenPlugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Each step throws an Error that says what is missing, or why what is there does not work. */
const toolchains = {
  go: {
    hint: `Go ${requiredGo()} or newer on PATH`,
    inputs: ["go/go.mod", "go/go.sum", "go/main.go"],
    find: async () => {
      const version = await readVersion(await findGo(), ["version"], /go version go(\S+)/);
      requireAtLeast("Go", version, requiredGo());
      return `Go ${version}`;
    },
    program: (folder) => [join(folder, "relying-party")],
    build: async (folder) => {
      // Without optimization: the standard library, compiled here for the first time, takes half as long.
      const flags = ["-trimpath", "-gcflags=all=-N -l", "-ldflags=-s -w"];
      const env = { CGO_ENABLED: "0" };
      await run(await findGo(), ["build", ...flags, "-o", join(folder, "relying-party"), "."], {
        cwd: join(sources, "go"),
        env,
      });
    },
  },
  python: {
    hint: "Python 3.10 or newer with venv (apt-get install python3-venv)",
    inputs: ["python/requirements.txt"],
    find: async () => {
      const version = await readVersion("python3", ["--version"], /Python (\S+)/);
      requireAtLeast("Python", version, "3.10");
      await run("python3", ["-c", "import ensurepip, venv"]).catch(() => missing("Python's venv"));
      return `Python ${version}`;
    },
    program: (folder) => [join(folder, "bin", "python"), "-W", "ignore", join(sources, "python", "relying-party.py")],
    build: async (folder) => {
      await run("python3", ["-m", "venv", folder]);
      const requirements = join(sources, "python", "requirements.txt");
      await run(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
    },
  },
  java: {
    hint: "JDK 17 or newer and Maven (apt-get install openjdk-17-jdk-headless maven)",
    inputs: ["java/pom.xml", "java/relying-party.java"],
    find: async () => {
      const version = await readVersion("javac", ["-version"], /javac (\S+)/);
      requireAtLeast("Java", version, "17");
      await readVersion("mvn", ["--version"], /Apache Maven (\S+)/);
      return `Java ${version}`;
    },
    program: (folder) => [
      "java",
      "-XX:TieredStopAtLevel=1",
      "-cp",
      `${folder}/classes:${folder}/jars/*`,
      "RelyingParty",
    ],
    build: async (folder) => {
      const jars = join(folder, "jars");
      const copy = [`${mavenPlugin}:copy-dependencies`, `-DoutputDirectory=${jars}`];
      await run("mvn", ["--batch-mode", "--quiet", "-f", join(sources, "java", "pom.xml"), ...copy]);
      const source = join(sources, "java", "relying-party.java");
      await run("javac", ["-cp", `${jars}/*`, "-d", join(folder, "classes"), source]);
    },
  },
  apache: {
    hint: "apt-get install apache2-bin libapache2-mod-auth-openidc",
    inputs: [],
    find: async () => {
      const version = await readVersion("/usr/sbin/apache2", ["-v"], /Apache\/(\S+)/);
      if (!existsSync("/usr/lib/apache2/modules/mod_auth_openidc.so")) missing("mod_auth_openidc");
      const query = ["--list", "libapache2-mod-auth-openidc"];
      return `Apache ${version}, mod_auth_openidc ${await readVersion("dpkg-query", query, /openidc +([\d.]+)/)}`;
    },
    program: () => ["/usr/sbin/apache2"],
    build: async () => undefined,
  },
};

class Missing extends Error {}

/** In the order of every list. */
const toolchainNames = Object.keys(toolchains);

/** Where fetched and compiled things lie; absolute. */
export function findInteropFolder() {
  return resolve(process.env.LATCHKEY_INTEROP_DIR ?? ".build-interop");
}

/** Makes every toolchain ready that can be. A second run with the same inputs does nothing. Never throws for one. */
export async function prepareToolchains() {
  const root = findInteropFolder();
  mkdirSync(root, { recursive: true });
  const file = join(root, "toolchains.json");
  const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
  const states = await Promise.all(
    toolchainNames.map((name) =>
      prepare(
        name,
        join(root, name),
        before.find((state) => state.name === name),
      ),
    ),
  );
  writeFileSync(file, `${JSON.stringify(states, null, 2)}\n`);
  return states;
}

/** Names of those that are not installed, or too old. Fetches nothing. */
export async function findMissingToolchains() {
  const isMissing = (name) =>
    toolchains[name].find().then(
      () => false,
      (error) => error instanceof Missing,
    );
  const missing = await Promise.all(toolchainNames.map(isMissing));
  return toolchainNames.filter((_, index) => missing[index]);
}

async function prepare(name, folder, before) {
  const { hint, inputs, find, program, build } = toolchains[name];
  try {
    const version = await find();
    const stamp = createStamp([version, folder], inputs);
    const ready = { name, state: "ready", version, stamp, program: program(folder) };
    const isThere = ready.program.every((part) => !part.startsWith("/") || existsSync(part.split("/*")[0]));
    if (before?.state === "ready" && before.stamp === stamp && isThere) return ready;
    rmSync(folder, { recursive: true, force: true });
    await build(folder);
    return ready;
  } catch (error) {
    const state = error instanceof Missing ? "missing" : "failed";
    return { name, state, version: "", stamp: "", program: [], reason: error.message, hint };
  }
}

function createStamp(texts, inputs) {
  const hash = createHash("sha256").update(JSON.stringify(texts));
  for (const input of inputs) hash.update(readFileSync(join(sources, input)));
  return hash.digest("hex");
}

function requiredGo() {
  return /^go (\d+\.\d+)/m.exec(readFileSync(join(sources, "go", "go.mod"), "utf8"))[1];
}

/** On PATH, or where Go's own archive puts it. */
function findGo() {
  const usual = "/usr/local/go/bin/go";
  return run("go", ["version"]).then(
    () => "go",
    () => (existsSync(usual) ? usual : "go"),
  );
}

async function readVersion(program, args, pattern) {
  const output = await run(program, args);
  return pattern.exec(output)?.[1] ?? missing(program);
}

function requireAtLeast(what, version, least) {
  const [have, need] = [version, least].map((text) => text.split(".").map(Number));
  const isOlder = have[0] < need[0] || (have[0] === need[0] && (have[1] ?? 0) < (need[1] ?? 0));
  if (isOlder) throw new Missing(`${what} ${version} is older than ${least}`);
}

function missing(what) {
  throw new Missing(`${what} is not installed`);
}

/** Resolves to what the program wrote; rejects with the end of that when it failed. */
function run(program, args, { cwd, env } = {}) {
  return new Promise((done, refuse) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.once("error", () => refuse(new Missing(`${program} is not installed`)));
    child.once("close", (code) => {
      if (code === 0) done(output);
      else refuse(new Error(`${program} ${args[0]} ended with ${code}: ${output.trim().slice(-600)}`));
    });
  });
}
