const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/**
 * Spelling of a duration in a ScimTenant, as Go and CEL write it: `40m`, `1h30m`, `0s`. Six digits for each unit, since
 * CEL fails without a readable message beyond 292 years.
 */
export const DURATION_PATTERN = /^([0-9]{1,6}(ms|s|m|h))+$/;

/**
 * @returns milliseconds
 * @throws RangeError when the text is not of DURATION_PATTERN
 */
export function parseDuration(text: string): number {
  if (!DURATION_PATTERN.test(text)) {
    throw new RangeError(`duration ${JSON.stringify(text.slice(0, 40))} is not understood; write for example 40m, 24h or 1h30m`);
  }
  let milliseconds = 0;
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
    milliseconds += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return milliseconds;
}

/**
 * A duration as a ScimTenant has it, in the largest unit of which it is a whole number: `40m`, `24h`, `90s`.
 * @param milliseconds a whole number, 0 or more
 */
export function printDuration(milliseconds: number): string {
  const [unit, size] = Object.entries(UNITS).find(([, size]) => milliseconds >= size && milliseconds % size === 0) ?? ['s', 1_000];
  return `${milliseconds / size}${unit}`;
}
