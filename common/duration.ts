const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

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
