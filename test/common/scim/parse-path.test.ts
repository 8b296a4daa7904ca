import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import type { AttributePath, ValuePath } from '#common/scim/filter-tree.ts';
import { parseAttributePath, parseValuePath } from '#common/scim/parse-path.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { arbitraryFilterText } from '#test/support/arbitrary-filter.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function aPath(overrides: Partial<ValuePath> & { attribute: string }): ValuePath {
  return { schema: null, filter: null, subAttribute: null, ...overrides };
}

function equal(attribute: string, value: string | boolean): ValuePath['filter'] {
  return { kind: 'compare', path: { schema: null, attribute, subAttribute: null }, operator: 'eq', value };
}

/** Position of the error that `parse` throws. */
function failure(parse: () => unknown): number {
  try {
    parse();
  } catch (error) {
    if (error instanceof ScimSyntaxError) return error.position;
    throw error;
  }
  throw new Error('it was parsed');
}

describe('a value path is parsed', () => {
  test.each<[text: string, path: ValuePath]>([
    ['userName', aPath({ attribute: 'userName' })],
    ['  userName ', aPath({ attribute: 'userName' })],
    ['name.givenName', aPath({ attribute: 'name', subAttribute: 'givenName' })],
    ['members', aPath({ attribute: 'members' })],
    ['emails[type eq "work"]', aPath({ attribute: 'emails', filter: equal('type', 'work') })],
    ['emails[type eq "work"].value', aPath({ attribute: 'emails', filter: equal('type', 'work'), subAttribute: 'value' })],
    ['addresses[type eq "other"].Formatted', aPath({ attribute: 'addresses', filter: equal('type', 'other'), subAttribute: 'Formatted' })],
    ['roles[primary eq "True"].value', aPath({ attribute: 'roles', filter: equal('primary', 'True'), subAttribute: 'value' })],
    ['roles[primary eq true].value', aPath({ attribute: 'roles', filter: equal('primary', true), subAttribute: 'value' })],
    ['members[value eq "2819.c:223"]', aPath({ attribute: 'members', filter: equal('value', '2819.c:223') })],
    ['manager.$ref', aPath({ attribute: 'manager', subAttribute: '$ref' })],
    [`${ENTERPRISE}:department`, aPath({ schema: ENTERPRISE, attribute: 'department' })],
    [`${ENTERPRISE}:manager.value`, aPath({ schema: ENTERPRISE, attribute: 'manager', subAttribute: 'value' })],
    [`${CORE}:name.givenName`, aPath({ schema: CORE, attribute: 'name', subAttribute: 'givenName' })],
    [
      `${CORE}:emails[type eq "work"].value`,
      aPath({ schema: CORE, attribute: 'emails', filter: equal('type', 'work'), subAttribute: 'value' }),
    ],
    // Nothing but a URN; what that means is for whoever knows the schemas.
    [ENTERPRISE, aPath({ schema: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0', attribute: 'User' })],
  ])('%s', (text, path) => {
    expect(parseValuePath(text)).toEqual(path);
    expect(Object.isFrozen(parseValuePath(text))).toBe(true);
  });
});

describe('a text that is no value path is refused at the character that does not fit', () => {
  test.each<[why: string, text: string, position: number]>([
    ['empty', '', 0],
    ['a comparison', 'userName eq "x"', 9],
    ['three names', 'a.b.c', 2],
    ['ends in a dot', 'name.', 5],
    ['ends in a colon', `${ENTERPRISE}:`, 59],
    ['empty brackets', 'emails[]', 7],
    ['unclosed bracket', 'emails[type eq "work"', 21],
    ['two brackets', 'emails[type eq "work"][primary eq true]', 22],
    ['two sub-attributes', 'emails[type eq "work"].value.x', 23],
    ['an index', 'emails[0]', 7],
    ['value filter of a sub-attribute', 'name.givenName[type pr].value', 0],
    ['a path of JSON Pointer', '/name/givenName', 0],
    ['too long', 'a'.repeat(10_001), 10_000],
  ])('%s', (_why, text, position) => {
    expect(failure(() => parseValuePath(text))).toBe(position);
  });
});

describe('an attribute path', () => {
  test.each<[text: string, path: AttributePath]>([
    ['userName', { schema: null, attribute: 'userName', subAttribute: null }],
    ['name.familyName', { schema: null, attribute: 'name', subAttribute: 'familyName' }],
    [`${ENTERPRISE}:manager.displayName`, { schema: ENTERPRISE, attribute: 'manager', subAttribute: 'displayName' }],
  ])('%s is parsed', (text, path) => {
    expect(parseAttributePath(text)).toEqual(path);
  });

  test('has no value filter', () => {
    expect(failure(() => parseAttributePath('emails[type eq "work"].value'))).toBe(6);
  });
});

test('any text is parsed or refused with a ScimSyntaxError that points into it', () => {
  fc.assert(
    fc.property(arbitraryFilterText, fc.constantFrom(parseValuePath, parseAttributePath), (text, parse) => {
      try {
        expect(Object.isFrozen(parse(text))).toBe(true);
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

describe('every path of the recorded PATCH requests is parsed', () => {
  const paths = ['entra', 'okta'].flatMap((client) => {
    const url = new URL(`../../fixtures/wire/${client}.json`, import.meta.url);
    const requests = JSON.parse(readFileSync(url, 'utf8')) as { name: string; body: { Operations?: { path?: string }[] } | null }[];
    return requests.flatMap(({ name, body }) =>
      (body?.Operations ?? []).flatMap(({ path }) => (path === undefined ? [] : [[`${client}: ${name}`, path] as const])),
    );
  });

  test('there are some', () => {
    expect(paths.length).toBeGreaterThan(20);
  });

  test.each(paths)('%s: %s', (_name, path) => {
    expect(() => parseValuePath(path)).not.toThrow();
  });
});
