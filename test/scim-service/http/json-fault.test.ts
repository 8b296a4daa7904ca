import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { findJsonFault } from '#scim-service/http/json-fault.ts';

describe('findJsonFault', () => {
  test.each([
    ['', 0],
    ['   ', 3],
    ['nul', 3],
    ['nulL', 3],
    ['tru e', 3],
    ['[1,]', 3],
    ['[1 2]', 3],
    ['[,]', 1],
    ['{"a"}', 4],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['{"a":1,}', 7],
    ['{"a":1]', 6],
    ['[1}', 2],
    ['{}x', 2],
    ['{} {}', 3],
    ['"abc', 4],
    ['"a\nb"', 2],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['"\\', 2],
    ['01', 1],
    ['-', 1],
    ['1.', 2],
    ['1.x', 2],
    ['1e', 2],
    ['1e+', 3],
    ['+1', 0],
    ['.5', 0],
    ['NaN', 0],
    ["'a'", 0],
    ['\u00a0{}', 0],
  ])('finds the fault of %j at %i', (text, position) => {
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(findJsonFault(text)).toBe(position);
  });

  test('finds none in what JSON.parse takes', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.boolean(), (text, spaced) => {
        expect(findJsonFault(spaced ? JSON.stringify(JSON.parse(text), null, 2) : text)).toBeNull();
      }),
    );
  });

  test('agrees with JSON.parse on whether a text is JSON, and never points beyond its end', () => {
    const scraps = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '\\',
      'u00e9',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      'null',
      ' ',
      '\n',
      'x',
    );
    const damaged = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.string({ maxLength: 3 }))
      .map(([json, at, text]) => `${json.slice(0, at % json.length)}${text}${json.slice((at % json.length) + 1)}`);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(scraps).map((parts) => parts.join('')),
          damaged,
        ),
        (text) => {
          const fault = findJsonFault(text);
          expect(fault === null).toBe(isJson(text));
          expect(fault ?? 0).toBeLessThanOrEqual(text.length);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('takes a deep or long text without recursion', () => {
    expect(findJsonFault('['.repeat(1_000_000))).toBe(1_000_000);
    expect(findJsonFault(`"${'x'.repeat(1_000_000)}`)).toBe(1_000_001);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
