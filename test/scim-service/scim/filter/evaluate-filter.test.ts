import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { FilterNode } from '#common/scim/filter-tree.ts';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { parseValuePath } from '#common/scim/parse-path.ts';
import { resolveValuePath } from '#common/scim/resolve-path.ts';
import { compileFilter, compileValueFilter, matchesFilter } from '#scim-service/scim/filter/evaluate-filter.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { deepFreeze } from '#test/support/deep-freeze.ts';
import { CORE, CUSTOM, ENTERPRISE, SCHEMAS_WITH_TAGS, TAGS } from '#test/support/user-schemas.ts';

const ALICE: ScimObject = deepFreeze({
  id: 'B5F2',
  externalId: 'Alice',
  userName: 'Alice@example.com',
  active: true,
  title: '',
  nickName: 'Zo\u00eb',
  name: { givenName: 'Alice', familyName: 'Doe' },
  emails: [
    { type: 'work', value: 'alice@example.com', primary: true },
    { type: 'home', value: 'alice@home.example' },
  ],
  roles: [{ value: 'Admin' }],
  x509Certificates: [{ value: 'TUlJ' }],
  addresses: [{}],
  meta: { lastModified: '2026-03-01T10:00:00Z', resourceType: 'User' },
  [ENTERPRISE]: { employeeNumber: '1001', manager: { value: 'M1' } },
  [CUSTOM]: { badge: 4711, grade: 1.5, onSite: false, hiredAt: '2026-03-01T11:00:00+01:00', site: 'https://acme.example/HQ' },
  [TAGS]: { tags: ['red', 'green'] },
});

describe('matchesFilter', () => {
  test.each([
    ['eq without regard to case', 'userName eq "ALICE@EXAMPLE.COM"', true],
    ['eq with regard to case where the schema says so', 'externalId eq "alice"', false],
    ['eq exactly', 'externalId eq "Alice"', true],
    ['id exactly', 'id eq "b5f2"', false],
    ['names and operators in any case', 'USERNAME EQ "alice@example.com"', true],
    ['an unquoted value', 'externalId eq Alice', true],
    ['core URN', `${CORE}:userName sw "alice"`, true],
    ['letters composed or not', 'nickName eq "ZOE\\u0308"', true],
    ['ne', 'userName ne "bob"', true],
    ['ne of an equal value', 'userName ne "alice@example.com"', false],
    ['ne of an absent attribute', 'displayName ne "x"', true],
    ['ne of several values is the opposite of eq', 'emails.type ne "work"', false],
    ['co', 'userName co "@EXAMPLE"', true],
    ['sw', 'name.familyName sw "d"', true],
    ['ew', 'name.familyName ew "d"', false],
    ['gt by text', 'name.familyName gt "Dad"', true],
    ['le by text', 'name.familyName le "doe"', true],
    ['lt', 'name.familyName lt "doe"', false],
    ['characters that a regular expression would read', 'userName co ".*"', false],
    ['pr', 'emails pr', true],
    ['pr of a sub-attribute', 'emails.display pr', false],
    ['pr of empty text', 'title pr', false],
    ['pr of nothing', 'displayName pr', false],
    ['pr of an inherited name', `${CUSTOM}:constructor pr`, false],
    ['eq null is absence', 'displayName eq null', true],
    ['ne null is presence', 'userName ne null', true],
    ['a Boolean', 'active eq true', true],
    ['a Boolean as text (Entra)', 'active eq "True"', true],
    ['false is present', `${CUSTOM}:onSite eq false`, true],
    ['an absent Boolean is neither', 'emails[type eq "home" and primary eq false]', false],
    ['an integer', `${CUSTOM}:badge ge 4711`, true],
    ['an integer as text', `${CUSTOM}:badge eq "4711"`, true],
    ['a decimal', `${CUSTOM}:grade lt 1.51`, true],
    ['a number for text', `${ENTERPRISE}:employeeNumber eq 1001`, true],
    ['points in time, not their spelling', `${CUSTOM}:hiredAt eq "2026-03-01T10:00:00.000Z"`, true],
    ['later', 'meta.lastModified gt "2026-02-28T23:59:59+05:00"', true],
    ['a point in time by its text', `${CUSTOM}:hiredAt sw "2026-03"`, true],
    ['a point in time without a zone is in UTC', `${CUSTOM}:hiredAt eq "2026-03-01T10:00:00"`, true],
    ['a day is its midnight in UTC', 'meta.lastModified gt "2026-03-01"', true],
    ['a zone without a colon', `${CUSTOM}:hiredAt eq "2026-03-01T15:30:00+0530"`, true],
    ['fractions that .NET writes', 'meta.lastModified eq "2026-03-01T10:00:00.0000000Z"', true],
    ['a reference with regard to case', `${CUSTOM}:site eq "https://acme.example/hq"`, false],
    ['a reference', `${CUSTOM}:site sw "https://acme.example/H"`, true],
    ['binary as it is', 'x509Certificates.value eq "TUlJ"', true],
    ['binary with regard to case', 'x509Certificates eq "tulj"', false],
    ['pr of binary', 'x509Certificates pr', true],
    ['a decimal as text', `${CUSTOM}:grade eq "1.50"`, true],
    ['pr of an empty object', 'addresses pr', false],
    ['text that is not Unicode, as it would be stored', 'nickName ne "\\ud83d"', true],
    ['any value of several', 'emails.value eq "alice@home.example"', true],
    ['the default sub-attribute', 'emails co "home.example"', true],
    ['manager by id', 'manager eq "m1"', true],
    ['manager by value path', 'manager[value eq "m1"]', true],
    ['one and the same value', 'emails[type eq "home" and value co "example.com"]', false],
    ['two conditions on different values', 'emails.type eq "home" and emails.value co "example.com"', true],
    ['a comparison behind a value path', 'emails[type eq "work"].value eq "ALICE@example.com"', true],
    ['plain values', `${TAGS}:tags eq "RED"`, true],
    ['plain values by value path', `${TAGS}:tags[value sw "gr"]`, true],
    ['and before or', 'userName eq "x" and active eq true or roles eq "admin"', true],
    ['parentheses', 'userName eq "x" and (active eq true or roles eq "admin")', false],
    ['not', 'not (userName eq "x")', true],
    ['not in a value path', 'emails[not (type eq "work")]', true],
  ])('%s', (_name, filter, expected) => {
    expect(matchesFilter(parseFilter(filter), ALICE, SCHEMAS_WITH_TAGS)).toBe(expected);
  });

  test.each([
    ['an unknown attribute', 'shoeSize eq 42', 'The filter names "shoeSize", which the resource does not have'],
    ['an unknown sub-attribute', 'name.petName eq "x"', '"name.petName"'],
    [
      'an unknown sub-attribute of a value',
      'emails[alias eq "x"]',
      '"alias", which emails does not have; one of value, display, type, primary is accepted',
    ],
    ['an inherited name', 'toString pr', '"toString"'],
    ['the order of Booleans', 'active gt true', 'applies "gt" to active, which is boolean; eq, ne and pr are accepted'],
    ['text in a number', `${CUSTOM}:badge co 1`, 'applies "co" to badge, which is integer; eq, ne and pr, gt, ge, lt and le are accepted'],
    ['the order of certificates', 'x509Certificates.value gt "x"', 'which is binary'],
    ['text in certificates', 'x509Certificates.value co "x"', 'which is binary; eq, ne and pr are accepted'],
    ['a fraction for text', 'title eq 1.50', 'compares title, which is string, with the number 1.5; write text in double quotes'],
    ['a day that no month has', 'meta.created gt "2026-02-30"', 'but a date-time such as'],
    ['a misspelt attribute', 'disPlayNames pr', '"disPlayNames", which the resource does not have; nearest: displayName'],
    ['a Boolean with other text', 'active eq "maybe"', 'compares active with "maybe", but true or false is expected'],
    ['a number with text', `${CUSTOM}:badge eq "x"`, 'but a number is expected'],
    ['a date with text', 'meta.created gt "yesterday"', 'but a date-time such as'],
    ['a complex attribute', 'name eq "Alice"', 'The filter compares name itself'],
    ['the order of null', 'title gt null', 'only eq and ne compare with null'],
  ])('%s is refused whatever the resource holds', (_name, filter, message) => {
    expect(() => compileFilter(parseFilter(filter), SCHEMAS_WITH_TAGS)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter', message: expect.stringContaining(message) }),
    );
  });

  test('not turns every filter round', () => {
    fc.assert(
      fc.property(anyFilter(), fc.subarray(Object.keys(ALICE)), (filter, names) => {
        const resource = Object.fromEntries(names.map((name) => [name, ALICE[name]!]));
        const outcome = attempt(filter, resource);
        const negated = attempt({ kind: 'not', operand: filter }, resource);
        expect(negated).toBe(outcome === null ? null : !outcome);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('compileValueFilter', () => {
  test.each([
    ['emails[type eq "work"]', { type: 'Work' }, true],
    ['emails[primary eq "True"]', { primary: true }, true],
    ['emails[primary eq "True"]', { primary: false }, false],
    ['emails[value pr]', { type: 'work' }, false],
    [`${TAGS}:tags[value eq "a"]`, 'A', true],
    ['emails[type eq "work"]', 'work', false],
  ])('%s asked about %j is %s', (path, value, expected) => {
    const { filter, attribute } = resolveValuePath(parseValuePath(path), SCHEMAS_WITH_TAGS)!;
    expect(compileValueFilter(filter!, attribute)(value)).toBe(expected);
  });
});

function attempt(filter: FilterNode, resource: ScimObject): boolean | null {
  try {
    return matchesFilter(filter, resource, SCHEMAS_WITH_TAGS);
  } catch (error) {
    if (error instanceof ScimError) return null;
    throw error;
  }
}

function anyFilter(): fc.Arbitrary<FilterNode> {
  const path = fc
    .constantFrom(
      'userName',
      'emails',
      'emails.value',
      'active',
      'name',
      'manager',
      'unknown',
      'meta.lastModified',
      `${CUSTOM}:badge`,
      `${TAGS}:tags`,
    )
    .map((text) => {
      const { schema, attribute, subAttribute } = parseValuePath(text);
      return { schema, attribute, subAttribute };
    });
  const compare = fc.record({
    kind: fc.constant('compare' as const),
    path,
    operator: fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'),
    value: fc.constantFrom('alice@example.com', 'a', '', 'true', true, false, null, 4711, '2026-01-01T00:00:00Z'),
  });
  const present = fc.record({ kind: fc.constant('present' as const), path });
  return fc.letrec<{ filter: FilterNode }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4 },
      compare,
      present,
      fc.record({ kind: fc.constantFrom('and', 'or'), operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }) }),
      fc.record({ kind: fc.constant('valuePath' as const), path, filter: tie('filter') }),
    ) as fc.Arbitrary<FilterNode>,
  })).filter;
}
