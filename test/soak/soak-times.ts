/** Of the walk's second half, in which no fault ends a process that is watched: what of it belongs to warming up. */
const WARM_UP = 0.2;

/** Milliseconds. */
export function walkLength(minutes: number): number {
  return minutes * 60_000;
}

/** From when to when memory is watched: milliseconds since the walk began. */
export function memoryWindow(length: number): { readonly from: number; readonly to: number } {
  const half = length / 2;
  return { from: half + half * WARM_UP, to: length };
}
