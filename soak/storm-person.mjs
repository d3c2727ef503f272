// One person's app in the storm. It does what a real app does: it refreshes, and where no answer came it presents the
// same token again. So its token must always be accepted, and one token must always give the same successor.
import { setTimeout as pause } from "node:timers/promises";
import { readClaims, refresh } from "./client-app.mjs";
import { createWire } from "./wire.mjs";

/** An answer that takes longer counts as lost. Well inside the reuse interval. */
const boundMs = 5_000;
const reuseIntervalMs = 30_000;
const share = { severalAtOnce: 0.1, answerLost: 0.1 };

export function createPerson({ name, storm, chance, token: firstToken, subject }) {
  let token = firstToken;
  let longestWaitMs = 0;
  const wires = storm.ports.map((port) => createWire(port));

  /** Presents the token until an answer comes, at a process that is chosen anew each time. Undefined: refused. */
  async function present(presented, wireAt) {
    const from = performance.now();
    for (;;) {
      const answer = await refresh(wireAt(), presented, { boundMs });
      longestWaitMs = Math.max(longestWaitMs, performance.now() - from);
      if (answer.status === 200) {
        count(storm, "refreshes");
        return check(answer.json);
      }
      if (answer.closed || answer.late) count(storm, answer.late ? "no answer in time" : "connections lost");
      else if (answer.status === 503 && answer.headers.has("retry-after")) count(storm, "503 with Retry-After");
      else return fail(describeRefusal(answer, performance.now() - from));
      if (storm.failures.length > 0 && storm.isOver) return undefined;
      await pause(chance.between(20, 200));
    }
  }

  function check(json) {
    const { sub } = readClaims(json.id_token);
    if (sub !== subject) fail(`became ${sub}, was ${subject}`);
    return json.refresh_token;
  }

  function fail(problem) {
    storm.failures.push(`${name} ${problem}`);
    return undefined;
  }

  /** One rotation: perhaps from several tabs at once, perhaps with an answer that is lost on its way. */
  async function rotate() {
    const tabs = chance.isTrue(share.severalAtOnce) ? chance.between(2, 4) : 1;
    const presented = token;
    const extra = Array.from({ length: tabs - 1 }, (_, index) => createWire(storm.ports[index % 2]));
    const successors = await Promise.all([
      present(presented, () => chance.pick(wires)),
      ...extra.map((wire) => present(presented, () => wire)),
    ]);
    for (const wire of extra) wire.close();
    if (tabs > 1) count(storm, "rotations from several tabs at once");
    if (chance.isTrue(share.answerLost)) {
      count(storm, "answers thrown away");
      successors.push(await present(presented, () => chance.pick(wires)));
    }
    const different = new Set(successors);
    if (different.has(undefined)) return false;
    if (different.size > 1) fail(`was given ${different.size} successors of one token`);
    if (different.has(presented)) fail("was given its old token as a new one");
    [token] = different;
    return true;
  }

  return {
    longestWaitMs: () => longestWaitMs,
    /** Until the storm is over, or the person is locked out. */
    async live() {
      while (!storm.isOver) {
        if (!(await rotate())) return;
        await pause(chance.below(2 * storm.pauseMs));
      }
    },
    async refreshAt(index) {
      token = (await present(token, () => wires[index])) ?? token;
      wires[index].close();
    },
  };
}

/** Beyond the reuse interval a refusal is right: then the machine was too slow for this soak. */
function describeRefusal({ status, body }, waitedMs) {
  const remark =
    waitedMs > reuseIntervalMs ? " (beyond the reuse interval: this machine is too slow for the storm)" : "";
  return `was refused after ${Math.round(waitedMs)} ms${remark}: ${status} ${body}`;
}

export function count(storm, name) {
  storm.counts[name] = (storm.counts[name] ?? 0) + 1;
}
