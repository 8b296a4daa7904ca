/** How long a walk goes on before everything stands still and is compared: the sooner, the more of what went wrong is still to be seen. */
const ROUND_MS = 150_000;

/** Of the time in which no fault ends a process that is watched: what of it belongs to warming up. */
const WARM_UP = 0.2;

/** How long each round of a walk is, in milliseconds; all are equally long. */
export function roundsOf(minutes: number): readonly number[] {
  const length = minutes * 60_000;
  const rounds = Math.max(1, Math.round(length / ROUND_MS));
  return Array.from({ length: rounds }, () => length / rounds);
}

/** From when to when memory is watched. All in milliseconds since the walk began. */
export function memoryWindow(mildFrom: number, end: number): { readonly from: number; readonly to: number } {
  return { from: mildFrom + (end - mildFrom) * WARM_UP, to: end };
}
