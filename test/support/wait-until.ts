import { setTimeout as sleep } from 'node:timers/promises';

export interface WaitOptions {
  /** What is awaited, for the failure's message. */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Asks until the answer is neither false, null nor undefined, and gives it back; a probe that throws counts as "not yet".
 * @throws Error that names what was awaited and the last answer or error
 */
export async function waitUntil<T>(probe: () => T | Promise<T>, options: WaitOptions): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = Date.now() + (options.timeoutMs ?? 10_000);
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== false && answer != null) return answer as NonNullable<Exclude<T, false>>;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const shown = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`${options.what} did not come within ${options.timeoutMs ?? 10_000} ms; last: ${shown}`, { cause: last });
    }
    await sleep(options.intervalMs ?? 50);
  }
}
