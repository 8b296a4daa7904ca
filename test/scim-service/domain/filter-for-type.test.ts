import { describe, expect, test } from '@jest/globals';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { printFilter } from '#common/scim/print.ts';
import { filterForType } from '#scim-service/domain/filter-for-type.ts';
import { GROUP_SCHEMAS } from '#scim-service/domain/group-model.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const { schemas: USER_SCHEMAS } = compileTenantModel(aTenantConfig());
const ALL = [USER_SCHEMAS, GROUP_SCHEMAS];

/** Each as it is for people and for groups. */
const TABLE: readonly (readonly [filter: string, users: string | boolean, groups: string | boolean])[] = [
  ['displayName eq "a"', 'displayName eq "a"', 'displayName eq "a"'],
  ['userName eq "a"', 'userName eq "a"', false],
  ['members.value eq "a"', false, 'members.value eq "a"'],
  ['members[value eq "a"]', false, 'members[value eq "a"]'],
  ['userName pr', 'userName pr', false],
  ['not (userName pr)', 'not (userName pr)', true],
  ['userName ne "a"', 'userName ne "a"', true],
  ['userName eq null', 'userName eq null', true],
  ['userName ne null', 'userName ne null', false],
  ['userName gt "a"', 'userName gt "a"', false],
  ['userName eq "a" and id pr', 'userName eq "a" and id pr', false],
  ['userName eq "a" or id pr', 'userName eq "a" or id pr', 'id pr'],
  ['userName pr or members pr', 'userName pr', 'members pr'],
  ['userName ne "a" and id pr and meta.created pr', 'userName ne "a" and id pr and meta.created pr', 'id pr and meta.created pr'],
  ['not (userName eq "a" and id pr)', 'not (userName eq "a" and id pr)', true],
  [
    'urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "a"',
    false,
    'urn:ietf:params:scim:schemas:core:2.0:Group:displayName eq "a"',
  ],
  ['department eq "a"', 'department eq "a"', false],
];

describe('a filter over people and groups', () => {
  test.each(TABLE)('%s is %j for people and %j for groups', (text, users, groups) => {
    const print = (filter: ReturnType<typeof filterForType>): string | boolean =>
      typeof filter === 'boolean' ? filter : printFilter(filter);
    const filter = parseFilter(text);

    expect([print(filterForType(filter, USER_SCHEMAS, ALL)), print(filterForType(filter, GROUP_SCHEMAS, ALL))]).toEqual([users, groups]);
  });

  test('keeps what no type has, so that it is refused', () => {
    const filter = parseFilter('nonsense eq "a"');

    expect(ALL.map((schemas) => filterForType(filter, schemas, ALL))).toEqual([filter, filter]);
  });
});
