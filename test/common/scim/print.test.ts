import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { parseAttributePath, parseValuePath } from '#common/scim/parse-path.ts';
import { printAttributePath, printFilter, printValuePath } from '#common/scim/print.ts';
import { arbitraryAttributePath, arbitraryFilter, arbitraryValuePath } from '#test/support/arbitrary-filter.ts';

describe('a printed tree is parsed to the same tree', () => {
  test('any filter', () => {
    fc.assert(
      fc.property(arbitraryFilter, (filter) => {
        expect(parseFilter(printFilter(filter))).toEqual(filter);
      }),
      { numRuns: 1_000 },
    );
  });

  test('any value path', () => {
    fc.assert(
      fc.property(arbitraryValuePath, (path) => {
        expect(parseValuePath(printValuePath(path))).toEqual(path);
      }),
      { numRuns: 1_000 },
    );
  });

  test('any attribute path', () => {
    fc.assert(
      fc.property(arbitraryAttributePath, (path) => {
        expect(parseAttributePath(printAttributePath(path))).toEqual(path);
      }),
    );
  });
});

describe('a filter is printed with operators in lower case and no parenthesis too many', () => {
  test.each<[text: string, printed: string]>([
    ['userName  EQ "x"', 'userName eq "x"'],
    ['externalId eq jyoung', 'externalId eq "jyoung"'],
    ['((a pr) AND (b pr)) or (c pr)', 'a pr and b pr or c pr'],
    ['(a pr or b pr) and c pr', '(a pr or b pr) and c pr'],
    ['NOT(a pr or b pr)', 'not (a pr or b pr)'],
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    ['emails[(type eq "work" or primary eq True)].value pr', 'emails[(type eq "work" or primary eq true) and value pr]'],
    ['a eq 1E2', 'a eq 100'],
    ['a eq 1.2345e30', 'a eq 1.2345e+30'],
    ['a eq null', 'a eq null'],
    [String.raw`a eq "\u0041\"\\"`, String.raw`a eq "A\"\\"`],
  ])('%s', (text, printed) => {
    expect(printFilter(parseFilter(text))).toBe(printed);
  });
});

test('a filter in a form that no parser makes is printed with the same meaning', () => {
  const [a, b, c] = ['a pr', 'b pr', 'c pr'].map(parseFilter);
  const nested = { kind: 'and', operands: [{ kind: 'and', operands: [a!, b!] }, c!] } as const;
  expect(parseFilter(printFilter(nested))).toEqual({ kind: 'and', operands: [a, b, c] });
});
