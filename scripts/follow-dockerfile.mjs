// `follow-dockerfile.mjs CONTEXT FOLDER`: does what the Dockerfile of CONTEXT says without Docker. Every stage becomes a
// folder FOLDER/NAME (the last one FOLDER/image) that stands for the root of its file system. Base images are not there:
// commands run with the programs of this machine, in the folder of the stage's WORKDIR.
import { execFileSync } from "node:child_process";
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";

const ignored = new Set(["LABEL", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"]);

const [context = ".", folder = ""] = process.argv.slice(2);
if (folder === "") throw new Error("usage: follow-dockerfile.mjs CONTEXT FOLDER");
const sent = readFileSync(join(context, ".dockerignore"), "utf8").split("\n");
let root = "";
let workdir = "/";

for (const { word, rest } of readInstructions(readFileSync(join(context, "Dockerfile"), "utf8"))) {
  if (word === "FROM") startStage(/ AS (\w+)$/i.exec(rest)?.[1] ?? "image");
  else if (word === "WORKDIR") enter(resolve(workdir, rest));
  else if (word === "RUN") run(rest);
  else if (word === "COPY") copy(rest.split(/\s+/));
  else if (!ignored.has(word)) throw new Error(`${word} can't be followed`);
}

function startStage(name) {
  root = resolve(folder, name);
  workdir = "/";
  mkdirSync(root, { recursive: true });
}

function enter(path) {
  workdir = path;
  mkdirSync(inRoot(path), { recursive: true });
}

function run(command) {
  console.log(`RUN ${command}`);
  execFileSync("/bin/sh", ["-c", command], { cwd: inRoot(workdir), stdio: ["ignore", "inherit", "inherit"] });
}

/** Only root can give a folder to somebody else; whoever else follows the steps keeps it. */
function copy(words) {
  const options = new Map(words.filter((each) => each.startsWith("--")).map((each) => each.slice(2).split("=")));
  const paths = words.filter((each) => !each.startsWith("--"));
  const target = paths.pop() ?? "";
  const from = options.get("from");
  for (const path of paths) {
    const source = from === undefined ? findSent(path) : join(folder, from, path);
    const place = inRoot(resolve(workdir, target, target.endsWith("/") ? basename(path) : ""));
    cpSync(source, place, { recursive: true, verbatimSymlinks: true });
    if (options.has("chown") && process.getuid() === 0)
      chownSync(place, ...options.get("chown").split(":").map(Number));
  }
}

/** A path of the context, which .dockerignore must let through: after `*` it names a path, or one around it, behind a `!`. */
function findSent(path) {
  const parts = path.split("/");
  const isSent = parts.some((_, index) => sent.includes(`!${parts.slice(0, index + 1).join("/")}`));
  if (!sent.includes("*") || !isSent) throw new Error(`.dockerignore holds ${path} back`);
  if (!existsSync(join(context, path))) throw new Error(`${path} is not in the context`);
  // COPY gives the owner of the image what may be read there to everybody.
  if ((statSync(join(context, path)).mode & 0o004) === 0) throw new Error(`${path} may not be read by everybody`);
  return join(context, path);
}

function inRoot(path) {
  return join(root, path);
}

/** Instructions with their continuation lines joined; comments stand on lines of their own. */
function readInstructions(text) {
  const lines = text.split("\n").filter((line) => !/^\s*#/.test(line));
  const joined = lines.join("\n").replace(/\\\n\s*/g, "");
  return joined
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => ({ word: line.split(" ", 1)[0].toUpperCase(), rest: line.slice(line.indexOf(" ") + 1).trim() }));
}
