const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

export interface KeepTryingOptions {
  readonly signal: AbortSignal;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Share of each pause that is waited, asked anew for each. All of it unless told. */
  readonly share?: () => number;
}

/** Attempts until one says that it was the last, or the signal aborts; pauses in between, from 1 s to 5 min. */
export async function keepTrying(
  attempt: () => Promise<'last' | 'again'>,
  { signal, wait, share = () => 1 }: KeepTryingOptions,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    if ((await attempt()) === 'last') return;
    await wait(pause * share(), signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}
