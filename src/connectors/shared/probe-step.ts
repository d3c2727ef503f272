import { ProbeFailure } from "../port.js";

/** Runs one part of a probe: whatever goes wrong in it is about this key of the settings, unless it says itself which. */
export async function probeStep<T>(key: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ProbeFailure) throw error;
    throw new ProbeFailure(error instanceof Error ? error.message : String(error), key);
  }
}
