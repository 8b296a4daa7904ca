import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or less when the signal aborts; never rejects. */
export async function waitUnlessAborted(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch {
    // The only rejection is the abort, and the caller looks at the signal.
  }
}
