import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { AttributePath, CompareOperator, CompareValue, FilterNode } from '#common/scim/filter-tree.ts';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { arbitraryFilterText } from '#test/support/arbitrary-filter.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function path(attribute: string, subAttribute: string | null = null, schema: string | null = null): AttributePath {
  return { schema, attribute, subAttribute };
}

function compare(left: string | AttributePath, operator: CompareOperator, value: CompareValue): FilterNode {
  return { kind: 'compare', path: typeof left === 'string' ? path(left) : left, operator, value };
}

function present(attribute: string): FilterNode {
  return { kind: 'present', path: path(attribute) };
}

const WORK = compare('type', 'eq', 'work');

/** The error that parsing throws, as its code and position. */
function failure(text: string): { code: string; position: number } {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof ScimSyntaxError) return { code: error.code, position: error.position };
    throw error;
  }
  throw new Error(`${text} was parsed`);
}

describe('a comparison is parsed', () => {
  test.each<[why: string, text: string, tree: FilterNode]>([
    ['plain', 'userName eq "bjensen"', compare('userName', 'eq', 'bjensen')],
    ['keyword in capitals', 'userName EQ "bjensen"', compare('userName', 'eq', 'bjensen')],
    ['sub-attribute', 'name.familyName co "O\'Malley"', compare(path('name', 'familyName'), 'co', "O'Malley")],
    [
      'core URN',
      'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"',
      compare(path('userName', null, 'urn:ietf:params:scim:schemas:core:2.0:User'), 'sw', 'J'),
    ],
    ['extension URN with sub-attribute', `${ENTERPRISE}:manager.value eq "1"`, compare(path('manager', 'value', ENTERPRISE), 'eq', '1')],
    ['$ref', 'manager.$ref ew "/1"', compare(path('manager', '$ref'), 'ew', '/1')],
    ['spelling of names is kept', 'USERNAME eq "x"', compare('USERNAME', 'eq', 'x')],
    ['present', 'title pr', present('title')],
    ['escapes', String.raw`title eq "a\"b\\c\/d\u00e9\n"`, compare('title', 'eq', 'a"b\\c/dé\n')],
    ['brackets and keywords in a string', 'title eq "] and (x"', compare('title', 'eq', '] and (x')],
    ['empty string', 'title ne ""', compare('title', 'ne', '')],
    ['date', 'meta.lastModified gt "2011-05-13T04:42:34Z"', compare(path('meta', 'lastModified'), 'gt', '2011-05-13T04:42:34Z')],
    ['integer', 'badge ge 12', compare('badge', 'ge', 12)],
    ['negative decimal with exponent', 'badge lt -1.5E+2', compare('badge', 'lt', -150)],
    ['minus zero is zero', 'badge le -0', compare('badge', 'le', 0)],
    ['true', 'active eq true', compare('active', 'eq', true)],
    ['False as Entra spells it', 'active eq False', compare('active', 'eq', false)],
    ['a quoted Boolean stays text', 'active eq "True"', compare('active', 'eq', 'True')],
    ['null', 'title eq null', compare('title', 'eq', null)],
    ['spaces', '  userName \t eq   "x"  ', compare('userName', 'eq', 'x')],
    ['no space before the string', 'userName eq"x"', compare('userName', 'eq', 'x')],
    ['unquoted word of an old Entra example', 'externalId eq jyoung', compare('externalId', 'eq', 'jyoung')],
    ['unquoted identifier that starts with digits', 'id eq 2819c223-7f76-453a', compare('id', 'eq', '2819c223-7f76-453a')],
    ['unquoted number with leading zeros is an identifier', 'externalId eq 007', compare('externalId', 'eq', '007')],
    [
      'unquoted integer that a double would round is an identifier',
      'externalId eq 9007199254740993',
      compare('externalId', 'eq', '9007199254740993'),
    ],
    ['unquoted number out of range is an identifier', 'externalId eq 1e999', compare('externalId', 'eq', '1e999')],
    ['attributes named like keywords', 'not eq "x"', compare('not', 'eq', 'x')],
  ])('%s', (_why, text, tree) => {
    expect(parseFilter(text)).toEqual(tree);
  });

  test.each<CompareOperator>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])('operator %s', (operator) => {
    expect(parseFilter(`a ${operator} 1`)).toEqual(compare('a', operator, 1));
    expect(parseFilter(`a ${operator.toUpperCase()} 1`)).toEqual(compare('a', operator, 1));
  });
});

describe('logic is parsed', () => {
  const [a, b, c, d] = [present('a'), present('b'), present('c'), present('d')] as [FilterNode, FilterNode, FilterNode, FilterNode];

  test.each<[why: string, text: string, tree: FilterNode]>([
    ['and binds tighter than or', 'a pr or b pr and c pr or d pr', { kind: 'or', operands: [a, { kind: 'and', operands: [b, c] }, d] }],
    ['parentheses bind tightest', '(a pr or b pr) and c pr', { kind: 'and', operands: [{ kind: 'or', operands: [a, b] }, c] }],
    ['more parentheses change nothing', '((a pr))', a],
    ['operands of one kind are merged', '(a pr and b pr) and (c pr and d pr)', { kind: 'and', operands: [a, b, c, d] }],
    ['not', 'not (a pr)', { kind: 'not', operand: a }],
    ['not without a space', 'NOT(a pr)AND(b pr)', { kind: 'and', operands: [{ kind: 'not', operand: a }, b] }],
    ['not binds to its parentheses only', 'not (a pr) or b pr', { kind: 'or', operands: [{ kind: 'not', operand: a }, b] }],
    ['not twice', 'not (not (a pr))', { kind: 'not', operand: { kind: 'not', operand: a } }],
    ['keywords in any case', 'a pr And b pr oR c pr', { kind: 'or', operands: [{ kind: 'and', operands: [a, b] }, c] }],
    ['an attribute named and', 'and pr and and pr', { kind: 'and', operands: [present('and'), present('and')] }],
  ])('%s', (_why, text, tree) => {
    expect(parseFilter(text)).toEqual(tree);
  });
});

describe('a value path is parsed', () => {
  const emails = path('emails');

  test.each<[why: string, text: string, tree: FilterNode]>([
    [
      'RFC 7644 figure 2',
      'emails[type eq "work" and value co "@example.com"]',
      { kind: 'valuePath', path: emails, filter: { kind: 'and', operands: [WORK, compare('value', 'co', '@example.com')] } },
    ],
    ['with spaces', 'emails [ type eq "work" ]', { kind: 'valuePath', path: emails, filter: WORK }],
    [
      'with a URN',
      `${ENTERPRISE}:manager[value eq "1"]`,
      { kind: 'valuePath', path: path('manager', null, ENTERPRISE), filter: compare('value', 'eq', '1') },
    ],
    [
      "Entra's comparison behind the bracket is about the same value",
      'emails[type eq "work"].value eq "x"',
      { kind: 'valuePath', path: emails, filter: { kind: 'and', operands: [WORK, compare('value', 'eq', 'x')] } },
    ],
    [
      'presence behind the bracket',
      'emails[type eq "work"].value pr',
      { kind: 'valuePath', path: emails, filter: { kind: 'and', operands: [WORK, present('value')] } },
    ],
    [
      'an or in the bracket keeps its limits',
      'emails[type eq "work" or primary eq true].value eq "x"',
      {
        kind: 'valuePath',
        path: emails,
        filter: { kind: 'and', operands: [{ kind: 'or', operands: [WORK, compare('primary', 'eq', true)] }, compare('value', 'eq', 'x')] },
      },
    ],
    [
      'an and in the bracket is merged',
      'emails[type eq "work" and primary eq true].value eq "x"',
      {
        kind: 'valuePath',
        path: emails,
        filter: { kind: 'and', operands: [WORK, compare('primary', 'eq', true), compare('value', 'eq', 'x')] },
      },
    ],
    [
      'among others',
      'userType eq "Employee" and (emails[type eq "work"] or not (ims[value pr]))',
      {
        kind: 'and',
        operands: [
          compare('userType', 'eq', 'Employee'),
          {
            kind: 'or',
            operands: [
              { kind: 'valuePath', path: emails, filter: WORK },
              { kind: 'not', operand: { kind: 'valuePath', path: path('ims'), filter: present('value') } },
            ],
          },
        ],
      },
    ],
  ])('%s', (_why, text, tree) => {
    expect(parseFilter(text)).toEqual(tree);
  });
});

describe('a text that is no filter is refused at the character that does not fit', () => {
  test.each<[why: string, text: string, position: number]>([
    ['empty', '', 0],
    ['spaces only', '  ', 2],
    ['no operator', 'userName', 8],
    ['unknown operator', 'userName is "x"', 9],
    ['no value', 'userName eq ', 12],
    ['keyword in place of a value', 'a eq and b eq 1', 5],
    ['a value after pr', 'title pr "x"', 9],
    ['single quotes', "userName eq 'x'", 12],
    ['unclosed string', 'userName eq "x', 12],
    ['string that ends in an escape', String.raw`userName eq "x\"`, 12],
    ['unknown escape', String.raw`userName eq "CORP\jdoe"`, 12],
    ['control character in a string', 'userName eq "a\nb"', 12],
    ['unclosed parenthesis', '(a pr', 5],
    ['unopened parenthesis', 'a pr)', 4],
    ['empty parentheses', '()', 1],
    ['crossed brackets', 'emails[(type pr])', 15],
    ['unclosed bracket', 'emails[type pr', 14],
    ['empty brackets', 'emails[]', 7],
    ['nothing compared behind the bracket', 'emails[type pr].value', 21],
    ['no name behind the dot', 'emails[type pr]. eq "x"', 16],
    ['value filter in a value filter', 'emails[type[value pr]]', 11],
    ['value filter in parentheses in a value filter', 'emails[(type[value pr])]', 12],
    ['value filter of a sub-attribute', 'name.givenName[type pr]', 0],
    ['two operands without and', 'a pr b pr', 5],
    ['and without a right side', 'a pr and', 8],
    ['not without parentheses', 'not a pr', 4],
    ['name that starts with a digit', '1a eq 1', 0],
    ['three names', 'a.b.c eq 1', 2],
    ['no name before the dot', '.a pr', 0],
    ['colon without a schema', ':a pr', 0],
    ['schema that is no URI', 'user:a pr', 0],
    ['schema without an attribute', 'urn:a:b: pr', 8],
    ['a quoted attribute', '"a" eq 1', 0],
  ])('%s', (_why, text, position) => {
    expect(failure(text)).toEqual({ code: 'scim_syntax', position });
  });

  test('the message says what is accepted, where, and what was found', () => {
    expect(() => parseFilter('userName is "x"')).toThrow(
      'an operator is expected: eq, ne, co, sw, ew, gt, ge, lt, le or pr (at character 10, "is \\"x\\"")',
    );
  });
});

describe('limits', () => {
  test('50 levels of brackets are parsed and 51 refused', () => {
    const nested = (levels: number): string => `${'('.repeat(levels)}a pr${')'.repeat(levels)}`;
    expect(parseFilter(nested(50))).toEqual(present('a'));
    expect(failure(nested(51))).toEqual({ code: 'scim_syntax', position: 50 });
    expect(failure('not ('.repeat(2_000))).toEqual({ code: 'scim_syntax', position: 254 });
  });

  test('brackets one after another are not nested', () => {
    const many = Array.from({ length: 200 }, () => '(a pr)').join(' and ');
    expect(parseFilter(many)).toMatchObject({ kind: 'and', operands: { length: 200 } });
  });

  test('10,000 characters are parsed and one more refused', () => {
    const longest = `a eq "${'x'.repeat(9_993)}"`;
    expect(parseFilter(longest)).toEqual(compare('a', 'eq', 'x'.repeat(9_993)));
    expect(failure(`${longest} `)).toEqual({ code: 'scim_syntax', position: 10_000 });
  });

  test.each([
    ['quotes', '"'],
    ['backslashes in a string', 'a eq "\\'],
    ['parentheses', '('],
    ['spaces', ' '],
    ['dots', 'a.'],
    ['colons', 'a:'],
    ['minus signs', 'a eq -'],
    ['digits', 'a eq 1'],
    ['short comparisons', 'a pr or '],
    ['value paths', 'a[b pr] or '],
  ])('the longest text of %s is answered at once', (_what, piece) => {
    const text = piece + piece.slice(-1).repeat(5_000) + piece.repeat(Math.floor(4_900 / piece.length));
    const start = performance.now();
    try {
      parseFilter(text);
    } catch (error) {
      expect(error).toBeInstanceOf(ScimSyntaxError);
    }
    // Measured: under 10 ms; a loaded machine gets room, quadratic backtracking does not.
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

test('a tree is frozen through and through', () => {
  const tree = parseFilter('not (a pr) and (b eq 1 or emails[type eq "work"].value eq "x")');
  const unfrozen: unknown[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) unfrozen.push(value);
    Object.values(value).forEach(visit);
  };
  visit(tree);
  expect(unfrozen).toEqual([]);
});

test('any text is parsed or refused with a ScimSyntaxError that points into it', () => {
  fc.assert(
    fc.property(arbitraryFilterText, (text) => {
      try {
        expect(Object.isFrozen(parseFilter(text))).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ScimSyntaxError);
        const { position } = error as ScimSyntaxError;
        expect(position).toBeGreaterThanOrEqual(0);
        expect(position).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 2_000 },
  );
});

describe('every filter of the recorded requests is parsed', () => {
  const filters = ['entra', 'okta'].flatMap((client) => {
    const url = new URL(`../../fixtures/wire/${client}.json`, import.meta.url);
    const requests = JSON.parse(readFileSync(url, 'utf8')) as { name: string; query: string | null }[];
    return requests.flatMap(({ name, query }) => {
      const filter = new URLSearchParams(query ?? '').get('filter');
      return filter === null ? [] : [[`${client}: ${name}`, filter] as const];
    });
  });

  test('there are some', () => {
    expect(filters.length).toBeGreaterThan(5);
  });

  test.each(filters)('%s: %s', (_name, filter) => {
    expect(() => parseFilter(filter)).not.toThrow();
  });
});
