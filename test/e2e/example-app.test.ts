import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type ExampleAppProcess, startExampleAppProcess } from "../support/example-app-process.js";
import { describeWith, findPart } from "../support/parts.js";
import { type ServerProcess, startServerProcess } from "../support/server-process.js";
import { findFreePort } from "../support/test-server.js";

const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"];

let browser: Browser;
let context: BrowserContext;
let page: Page;
let server: ServerProcess;
let app: ExampleAppProcess;
let folder: string;
/** What the browser complained about: a blocked style or form would stand here. */
let complaints: string[];

describeWith("chromium", "the example application, with a server that runs config.example.yaml", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "latchkey-test-"));
    const [port, healthPort] = [await findFreePort(), await findFreePort()];
    const example = await readFile("config.example.yaml", "utf8");
    const file = join(folder, "config.yaml");
    await writeFile(
      file,
      example
        .replaceAll("127.0.0.1:5556", `127.0.0.1:${port}`)
        .replaceAll("127.0.0.1:5558", `127.0.0.1:${healthPort}`)
        .replace("file: latchkey.db", `file: ${join(folder, "latchkey.db")}`)
        .replace("format: text", "format: json"),
    );
    [server, app, browser] = await Promise.all([
      startServerProcess({ file }),
      startExampleAppProcess(`http://127.0.0.1:${port}/dex`),
      chromium.launch({ executablePath: findPart("chromium").path, args }),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await app.stop();
    await server.kill("SIGTERM");
    await rm(folder, { recursive: true });
  });

  beforeEach(async () => {
    complaints = [];
    context = await browser.newContext();
    page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" && !/status of 40[013]/.test(message.text())) complaints.push(message.text());
    });
  });

  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function reachConsent(): Promise<void> {
    await page.goto(app.origin);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.fill("#login", "admin@example.com");
    await page.fill("#password", "password");
    await page.click("#submit-login");
  }

  async function logIn(): Promise<void> {
    await reachConsent();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.waitForURL(`${app.origin}/claims`);
  }

  function cell(section: string, claim: string): Promise<string | null> {
    const row = page
      .getByRole("region", { name: section })
      .locator("tr", { has: page.locator(`th code:text-is("${claim}")`) });
    return row.getByRole("cell").first().textContent();
  }

  /** The refresh tokens of the history, newest first, by their last characters. */
  function history(): Promise<readonly string[]> {
    return page.locator(".history tbody td:nth-child(3) code").allTextContents();
  }

  it("shows who logged in, in the ID token, the access token and userinfo", async () => {
    await logIn();
    expect(await page.textContent("h1")).toBe("You are logged in as Alex Admin");
    expect(await cell("ID token", "preferred_username")).toBe("admin");
    expect(await cell("ID token", "groups")).toMatch(/admins\s+staff/);
    expect(await cell("ID token", "exp")).toMatch(/^\d+ \w+ \d{4}, [\d:]+ in 24 hours$/);
    expect(await cell("Access token", "client_id")).toBe("example-app");
    expect(await cell("UserInfo", "email")).toBe("admin@example.com");
    await page.getByText("Raw tokens").click();
    expect(await page.locator("pre.token").allTextContents()).toHaveLength(3);
  });

  it("shows each refresh, the repeated answer inside the reuse window, and the refusal after logging out", async () => {
    await logIn();
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByText("New tokens", { exact: true }).waitFor();
    const refreshed = await history();
    expect(new Set(refreshed).size).toBe(2);
    await page.getByRole("button", { name: "Refresh", exact: true }).click();
    const [current, ...before] = await history();
    expect(before).toEqual(refreshed);
    expect(refreshed).not.toContain(current);
    await page.getByRole("button", { name: "Send the previous refresh token again" }).click();
    await page.getByText("You got the current token again").waitFor();
    expect((await history()).slice(0, 2)).toEqual([current, current]);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.getByText(`The refresh token ${current} was revoked`).waitFor();
    await page.getByText("it was refused: invalid_grant").waitFor();
    await page.goto(`${app.origin}/claims`);
    expect(page.url()).toBe(`${app.origin}/`);
  });

  it("leaves out what was not asked for, and says why there is nothing to refresh", async () => {
    await page.goto(app.origin);
    await page.getByLabel("Stay logged in").uncheck();
    await page.getByLabel("Groups").uncheck();
    await page.getByText("More options").click();
    await page.getByLabel("Connector").fill("local");
    await page.getByLabel("More scopes").fill("federated:id");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.fill("#login", "admin@example.com");
    await page.fill("#password", "password");
    await page.click("#submit-login");
    await page.getByRole("button", { name: "Allow" }).click();
    expect(await cell("ID token", "federated_claims")).toContain('"connector_id":"local"');
    expect(await page.locator(`th code:text-is("groups")`).count()).toBe(0);
    await page.getByRole("link", { name: "Refresh tokens" }).click();
    await page.getByText("There is no refresh token").waitFor();
  });

  it("takes a cancelled consent as an ordinary end, with a way on", async () => {
    await reachConsent();
    await page.getByRole("button", { name: "Cancel" }).click();
    expect(await page.textContent("h1")).toBe("You did not log in");
    await page.getByRole("link", { name: "Try again" }).click();
    await page.getByRole("button", { name: "Log in" }).waitFor();
  });

  it("shows a refused scope as a page with a way on", async () => {
    await page.goto(app.origin);
    await page.getByText("More options").click();
    await page.getByLabel("More scopes").fill("no-such-scope");
    await page.getByRole("button", { name: "Log in" }).click();
    expect(await page.textContent("h1")).toBe("The provider refused the login");
    await page.getByRole("link", { name: "Back to the start" }).waitFor();
  });
});
