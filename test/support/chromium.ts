import { type Browser, chromium } from "playwright-core";
import { findPart } from "./parts.js";

/** How the tests start it. */
export const chromiumArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The machine's Chromium, without a window and without talking to anybody but the tests' servers. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: findPart("chromium").path, args: chromiumArguments });
}
