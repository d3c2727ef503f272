// `npm run screenshots`: draws docs/images/*.png from the real pages: a server with config.example.yaml and the example
// application, each in its process on a free port, in the Chromium of this machine (CHROMIUM_PATH).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { shrinkPng } from "./shrink-png.mjs";

const images = resolve("docs/images");
const folder = mkdtempSync(join(tmpdir(), "latchkey-screenshots-"));
const [issuerPort, healthPort, appPort] = await findFreePorts(3);
const origin = `http://127.0.0.1:${appPort}`;
const children = [];
try {
  mkdirSync(images, { recursive: true });
  writeFileSync(join(folder, "config.yaml"), readConfig());
  await start(["dist/main.js", "serve", "config.yaml"], "stderr", /listening/);
  const issuer = `http://127.0.0.1:${issuerPort}/dex`;
  const program = ".build-example-app/example-app/main.js";
  await start([program, "--issuer", issuer, "--listen", `127.0.0.1:${appPort}`], "stdout", /open/);
  await draw();
} finally {
  for (const child of children) child.kill("SIGTERM");
  await Promise.all(children.map((child) => child.exitCode ?? once(child, "exit")));
  rmSync(folder, { recursive: true });
}

function readConfig() {
  return readFileSync("config.example.yaml", "utf8")
    .replaceAll("127.0.0.1:5556", `127.0.0.1:${issuerPort}`)
    .replaceAll("127.0.0.1:5558", `127.0.0.1:${healthPort}`);
}

/** Resolves when the process has printed a line that matches. */
async function start([program, ...args], output, pattern) {
  const stdio = output === "stderr" ? ["ignore", "ignore", "pipe"] : ["ignore", "pipe", "inherit"];
  const child = spawn(process.execPath, [resolve(program), ...args], { cwd: folder, stdio });
  children.push(child);
  const lines = createInterface({ input: child[output] });
  await new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`${program} ended with ${code}`)));
    lines.on("line", (line) => pattern.test(line) && done());
  });
}

async function draw() {
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    // The pages allow no style but their own.
    const page = await browser.newPage({
      bypassCSP: true,
      viewport: { width: 900, height: 700 },
      colorScheme: "light",
    });
    await page.goto(origin);
    await capture(page, "start");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.fill("#login", "admin@example.com");
    await page.fill("#password", "password");
    await capture(page, "login");
    await page.click("#submit-login");
    await page.getByRole("button", { name: "Allow" }).waitFor();
    await capture(page, "consent");
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${origin}/claims`);
    await capture(page, "claims", 740);
    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    await page.getByRole("button", { name: "Send the previous refresh token again" }).click();
    await page.getByText("You got the current token again").waitFor();
    await capture(page, "refresh", 1000);
    await page.getByRole("button", { name: "Log out" }).click();
    await capture(page, "logged-out");
  } finally {
    await browser.close();
  }
}

/**
 * The ports in the picture are those of the example: free ones differ from run to run. The ground is plain: a gradient
 * does not go into 256 colours.
 */
async function capture(page, name, maxHeight = 900) {
  await page.addStyleTag({ content: "html body { background: var(--bg); } .card { --shadow: none; }" });
  const clip = await page.evaluate(prepare, [
    [
      [`127.0.0.1:${issuerPort}`, "127.0.0.1:5556"],
      [`127.0.0.1:${appPort}`, "127.0.0.1:5555"],
    ],
    maxHeight,
  ]);
  const image = shrinkPng(await page.screenshot({ clip, fullPage: true }));
  writeFileSync(join(images, `${name}.png`), image);
  console.log(`${name}.png ${clip.width} x ${clip.height}, ${Math.round(image.length / 1024)} KiB`);
}

/** Runs in the page: writes other ports, and tells what to draw. A single card is drawn without the space beside it. */
function prepare([ports, maxHeight]) {
  const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    for (const [from, to] of ports) nodes.currentNode.data = nodes.currentNode.data.replaceAll(from, to);
  }
  const main = document.querySelector("main").getBoundingClientRect();
  const top = document.querySelector("header").getBoundingClientRect().top - 24;
  const left = Math.max(0, main.left - 40);
  const height = Math.min(main.bottom - top + 20, maxHeight);
  return { x: left, y: top, width: Math.round(innerWidth - 2 * left), height: Math.round(height) };
}

async function findFreePorts(count) {
  const probes = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(probes.map((probe) => once(probe, "listening")));
  const ports = probes.map((probe) => probe.address().port);
  await Promise.all(probes.map((probe) => new Promise((done) => probe.close(done))));
  return ports;
}
