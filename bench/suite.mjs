// What is measured of a running server: every hot path at several numbers of connections.
import { createFamilies, exchange, fetchOk, logIn, obtainCode, refresh } from "./latchkey.mjs";
import { runLoad } from "./load.mjs";
import { measure } from "./measure.mjs";

/** Refreshes at one number of connections. A family meets one worker at a time. */
export function measureRefresh(servers, tokens, { connections, seconds }) {
  return measure(servers, {
    connections,
    seconds,
    work: (connection, worker, round) => refresh(connection, tokens, (worker + round * connections) % tokens.length),
  });
}

/** Code exchanges; the codes are made before, by logins that are not measured. */
export async function measureExchange(servers, { connections, count }) {
  const codes = [];
  await runLoad({
    ports: servers.map(({ port }) => port),
    connections: 16,
    seconds: 300,
    work: async (connection) => codes.length < count && codes.push(await obtainCode(connection)) > 0,
  });
  return measure(servers, {
    connections,
    seconds: 300,
    hasWarmUp: false,
    work: async (connection) => {
      const code = codes.pop();
      if (code === undefined) return false;
      await exchange(connection, code);
    },
  });
}

/** Logins without a password: seven requests each, the price of the protocol. */
export function measureLogin(servers, { connections, seconds }) {
  return measure(servers, { connections, seconds, work: obtainCode });
}

/** Logins with a password: bcrypt is nearly all of it. */
export function measurePasswordLogin(servers, { connections, seconds }) {
  return measure(servers, { connections, seconds, work: logIn });
}

export function measureDocument(servers, path, { connections, seconds, headers }) {
  return measure(servers, { connections, seconds, work: (connection) => fetchOk(connection, path, headers) });
}

/** Every hot path at one number of connections; rows by name. */
export async function measureAll(servers, tokens, { connections, seconds }) {
  const accessToken = await createFamilies(servers[0].port, [], 1);
  const headers = `Authorization: Bearer ${accessToken}\r\n`;
  const options = { connections, seconds };
  return {
    refresh: await measureRefresh(servers, tokens, options),
    "code exchange": await measureExchange(servers, { connections, count: 250 * seconds }),
    userinfo: await measureDocument(servers, "/dex/userinfo", { ...options, headers }),
    discovery: await measureDocument(servers, "/dex/.well-known/openid-configuration", options),
    JWKS: await measureDocument(servers, "/dex/keys", options),
    "login (no password)": await measureLogin(servers, options),
  };
}
