import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { narrowGroups, narrowUsers } from '#scim-service/persistence/mongo/narrow-scan.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { arbitraryFilter } from '#test/support/arbitrary-filter.ts';
import { deepFreeze } from '#test/support/deep-freeze.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const AT = '2026-03-01T11:00:00+01:00';

describe('narrowUsers', () => {
  test.each<[string, string, object | null]>([
    ['a Boolean', 'active eq true', { 'resource.active': { $eq: true } }],
    ['a Boolean as Entra writes it', 'active eq "False"', { 'resource.active': { $eq: false } }],
    ['names in any case', 'ACTIVE EQ true', { 'resource.active': { $eq: true } }],
    ['userName by its key', 'userName eq "Ada"', { userNameKey: 'ada' }],
    ['externalId exactly', 'externalId eq "Ext"', { externalId: 'Ext' }],
    ['the id', 'id eq "1f"', { _id: '1f' }],
    ['an address by its key', 'emails.value eq "ADA@x"', { emailKeys: 'ada@x' }],
    ['an address by default', 'emails eq "ADA@x"', { emailKeys: 'ada@x' }],
    ['a point in time', `meta.lastModified ge "${AT}"`, { lastModified: { $gte: new Date('2026-03-01T10:00:00Z') } }],
    ['presence', 'title pr', { 'resource.title': { $exists: true } }],
    ['what is not null', 'title ne null', { 'resource.title': { $exists: true } }],
    ['text in any case, as presence', 'title co "x"', { 'resource.title': { $exists: true } }],
    ['text that is a pattern elsewhere, as presence', 'title sw ".*$where"', { 'resource.title': { $exists: true } }],
    ['text by its order, which is another in MongoDB', 'externalId gt "x"', { 'resource.externalId': { $exists: true } }],
    [
      'a part of a complex attribute',
      `${ENTERPRISE}:manager.displayName pr`,
      {
        [`resource.${ENTERPRISE.replace('.', '%2E')}.manager.displayName`]: { $exists: true },
      },
    ],
    [
      'an attribute of the enterprise extension without its URN',
      'department eq "x"',
      {
        [`resource.${ENTERPRISE.replace('.', '%2E')}.department`]: { $exists: true },
      },
    ],
    [
      'a name that means something to MongoDB',
      'manager.$ref pr',
      {
        [`resource.${ENTERPRISE.replace('.', '%2E')}.manager.%24ref`]: { $exists: true },
      },
    ],
    [
      'a value path, part by part',
      'roles[primary eq true and value co "a"]',
      { $and: [{ 'resource.roles.primary': { $eq: true } }, { 'resource.roles.value': { $exists: true } }] },
    ],
    ['what is known of an and', `active eq true and ${CUSTOM}:badge eq 7`, { 'resource.active': { $eq: true } }],
    [
      'an or of what is all known',
      'active eq true or title pr',
      { $or: [{ 'resource.active': { $eq: true } }, { 'resource.title': { $exists: true } }] },
    ],
    ['the opposite of what is exact', 'not (active eq true)', { $nor: [{ 'resource.active': { $eq: true } }] }],
    ['ne as the opposite of eq', 'userName ne "ADA"', { $nor: [{ userNameKey: 'ada' }] }],
    ['the opposite of an opposite', 'not (userName ne "ADA")', { userNameKey: 'ada' }],
    ['the opposite of an or', 'not (active eq true or title pr)', { $nor: [{ 'resource.active': { $eq: true } }] }],
    // Everything below could be true of somebody of whom no field tells it.
    ['nothing: an or with an unknown part', `active eq true or ${CUSTOM}:badge pr`, null],
    ['nothing: absence, since more may be stored than is selected', 'not (title pr)', null],
    ['nothing: null', 'externalId eq null', null],
    ['nothing: another value than of an attribute that may not be selected', 'roles.primary ne true', null],
    ['nothing: a value path turned round', 'not (roles[primary eq true])', null],
    ['nothing: a part of a value path turned round', 'roles[not (primary eq true)]', null],
    ['nothing: an address that is another', 'emails.value ne "a"', null],
    ['nothing: an and turned round, of which one part is unknown', 'not (active eq true and title pr)', null],
    ['nothing: another than an empty text, which is as good as absent', 'externalId ne ""', null],
    ['nothing: an attribute of an extension of the tenant', `${CUSTOM}:badge pr`, null],
    ['nothing: what is not in the stored resource', 'meta.version eq "W/\\"1\\"" or id sw "1" or schemas pr or groups pr or id pr', null],
    ['nothing: a time as text', 'meta.created sw "2026"', null],
  ])('makes a query for %s', (_, filter, expected) => {
    const node = deepFreeze(parseFilter(filter));
    const query = narrowUsers(node);
    expect(query).toEqual(expected);
    expect(narrowUsers(node)).toEqual(query);
  });

  test('refuses what the evaluator refuses', () => {
    expect(() => narrowUsers(parseFilter('active gt true'))).toThrow(ScimError);
  });

  test('never makes a regular expression, a script or an operator of what a client sent', () => {
    fc.assert(
      fc.property(arbitraryFilter, (filter) => {
        for (const narrow of [narrowUsers, narrowGroups]) {
          let query: object | null;
          try {
            query = narrow(filter);
          } catch (error) {
            if (error instanceof ScimError) continue;
            throw error;
          }
          for (const name of namesIn(query)) {
            expect(name).toMatch(
              /^(\$(and|or|nor|eq|gte?|lte?|exists)|_id|(userName|displayName|email)Keys?|externalId|createdAt|lastModified|resource\..*)$/,
            );
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('narrowGroups', () => {
  test.each<[string, object | null]>([
    ['displayName eq "Sales"', { displayNameKey: 'sales' }],
    ['displayName ne "Sales"', { $nor: [{ displayNameKey: 'sales' }] }],
    ['displayName co "s"', { 'resource.displayName': { $exists: true } }],
    ['members.value eq "1"', null],
    ['members pr', null],
    ['userName eq "a"', null],
  ])('makes a query for %s', (filter, expected) => {
    expect(narrowGroups(parseFilter(filter))).toEqual(expected);
  });
});

function namesIn(query: unknown): string[] {
  if (Array.isArray(query)) return query.flatMap(namesIn);
  if (typeof query !== 'object' || query === null || query instanceof Date) return [];
  return Object.entries(query).flatMap(([name, value]) => [name, ...namesIn(value)]);
}
