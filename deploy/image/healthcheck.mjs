// `healthcheck.mjs URL...`: exit code 0 when the first URL that anything answers at answers well (below 500).
// LATCHKEY_HEALTH_URL takes the place of all of them. No answer anywhere, or none in time, is exit code 1.
const timeoutMs = 4_000;
const urls = process.env.LATCHKEY_HEALTH_URL ? [process.env.LATCHKEY_HEALTH_URL] : process.argv.slice(2);

process.exitCode = (await isHealthy()) ? 0 : 1;

async function isHealthy() {
  const signal = AbortSignal.timeout(timeoutMs);
  for (const url of urls) {
    try {
      const { status } = await fetch(url, { signal, redirect: "manual" });
      console.log(`${url}: ${status}`);
      return status < 500;
    } catch (error) {
      console.log(`${url}: ${error.cause?.code ?? error.message}`);
    }
  }
  return false;
}
