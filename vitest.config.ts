import { defineConfig } from "vitest/config";

// Tests run from compiled JavaScript: worker threads and child processes then load the same files that production does.
const build = process.env["TEST_BUILD"] ?? ".build";

export default defineConfig({
  test: {
    include: [`${build}/src/**/*.test.js`, `${build}/test/**/*.test.js`],
    pool: "forks",
    // Suites start servers and child processes of their own, and measure how long things take.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    sequence: { shuffle: { tests: true, files: false } },
  },
});
