import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DURATION_PATTERN, parseDuration, printDuration } from '#common/duration.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe('a duration is read as milliseconds', () => {
  test.each<[text: string, milliseconds: number]>([
    ['0s', 0],
    ['250ms', 250],
    ['40m', 40 * MINUTE],
    ['24h', 24 * HOUR],
    ['4320h', 4_320 * HOUR],
    ['1h30m', HOUR + 30 * MINUTE],
    ['1h2m3s4ms', HOUR + 2 * MINUTE + 3 * SECOND + 4],
    ['1m1m', 2 * MINUTE],
    ['007s', 7 * SECOND],
    ['999999h', 999_999 * HOUR],
  ])('%s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
    expect(DURATION_PATTERN.test(text)).toBe(true);
  });

  test('the parts of any duration add up', () => {
    const amount = fc.nat(100_000);
    fc.assert(
      fc.property(amount, amount, amount, amount, (h, m, s, ms) => {
        expect(parseDuration(`${h}h${m}m${s}s${ms}ms`)).toBe(h * HOUR + m * MINUTE + s * SECOND + ms);
      }),
    );
  });
});

describe('milliseconds are written as a duration', () => {
  test.each<[milliseconds: number, text: string]>([
    [0, '0s'],
    [250, '250ms'],
    [1_500, '1500ms'],
    [90 * SECOND, '90s'],
    [40 * MINUTE, '40m'],
    [90 * MINUTE, '90m'],
    [720 * HOUR, '720h'],
  ])('%d', (milliseconds, text) => {
    expect(printDuration(milliseconds)).toBe(text);
  });

  test('what is written is read as the same', () => {
    fc.assert(
      fc.property(fc.nat(999_999), fc.constantFrom(1, SECOND, MINUTE, HOUR), (amount, unit) => {
        expect(parseDuration(printDuration(amount * unit))).toBe(amount * unit);
      }),
    );
  });
});

describe('a text that is no duration is refused', () => {
  test.each([
    ['empty', ''],
    ['without a unit', '40'],
    ['with an unknown unit', '1d'],
    ['with a fraction', '1.5h'],
    ['negative', '-1h'],
    ['with seven digits', '1000000h'],
    ['with spaces', '1h 30m'],
    ['with a line end', '1h\n'],
    ['in capitals', '1H'],
    ['spelt out', 'forty minutes'],
  ])('%s', (_why, text) => {
    expect(() => parseDuration(text)).toThrow(RangeError);
  });

  test('the message quotes the text, cut, and says what to write', () => {
    expect(() => parseDuration('1d')).toThrow('duration "1d" is not understood; write for example 40m, 24h or 1h30m');
    expect(() => parseDuration('x'.repeat(1_000))).toThrow(`duration "${'x'.repeat(40)}" is not understood`);
  });
});
