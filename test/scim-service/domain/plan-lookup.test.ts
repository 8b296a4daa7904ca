import { describe, expect, test } from '@jest/globals';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { printFilter } from '#common/scim/print.ts';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';
import { GROUP_SCHEMAS } from '#scim-service/domain/group-model.ts';
import { planGroupLookup, planUserLookup } from '#scim-service/domain/plan-lookup.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';

const schemas = tenantSchemas([]);

function planUsers(text: string) {
  const { residual, ...plan } = planUserLookup(parseFilter(text), schemas);
  return { ...plan, residual: residual && printFilter(residual) };
}

function planGroups(text: string) {
  const { residual, ...plan } = planGroupLookup(parseFilter(text), GROUP_SCHEMAS);
  return { ...plan, residual: residual && printFilter(residual) };
}

function refusal(plan: () => unknown): ScimError {
  try {
    plan();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('it is not refused');
}

describe('planUserLookup', () => {
  test('without a filter asks for everyone', () => {
    expect(planUserLookup(null, schemas)).toEqual({ lookup: { by: 'all' }, also: [], residual: null });
  });

  test.each([
    { filter: 'userName eq "ada"', lookup: { by: 'userName', value: 'ada' }, residual: null },
    { filter: 'USERNAME EQ "Ada"', lookup: { by: 'userName', value: 'Ada' }, residual: null },
    { filter: 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', lookup: { by: 'userName', value: 'ada' }, residual: null },
    { filter: 'externalId eq jyoung', lookup: { by: 'externalId', value: 'jyoung' }, residual: null },
    { filter: 'externalId eq 12345', lookup: { by: 'externalId', value: '12345' }, residual: null },
    { filter: 'userName eq "half a pair \\ud83d"', lookup: { by: 'userName', value: 'half a pair \ufffd' }, residual: null },
    { filter: 'id eq "1" and manager eq "2"', lookup: { by: 'id', value: '1' }, residual: 'manager eq "2"' },
    {
      filter: 'active eq true and userName eq "ada" and id eq "1"',
      lookup: { by: 'id', value: '1' },
      residual: 'active eq true and userName eq "ada"',
    },
    { filter: 'emails.value eq "a@x"', lookup: { by: 'email', value: 'a@x' }, residual: 'emails.value eq "a@x"' },
    { filter: 'emails eq "a@x"', lookup: { by: 'email', value: 'a@x' }, residual: 'emails eq "a@x"' },
    {
      filter: 'emails[type eq "work"].value eq "a@x"',
      lookup: { by: 'email', value: 'a@x' },
      residual: 'emails[type eq "work" and value eq "a@x"]',
    },
    {
      filter: 'emails[type eq "work" and value eq "a@x"] and externalId eq "e"',
      lookup: { by: 'externalId', value: 'e' },
      residual: 'emails[type eq "work" and value eq "a@x"]',
    },
    {
      filter: 'emails[not (type eq "home") and value eq "a@x"]',
      lookup: { by: 'email', value: 'a@x' },
      residual: 'emails[not (type eq "home") and value eq "a@x"]',
    },
    {
      filter: 'userName eq "ada" and addresses[type eq "work" and locality eq "London"]',
      lookup: { by: 'userName', value: 'ada' },
      residual: 'addresses[type eq "work" and locality eq "London"]',
    },
    { filter: 'userName eq "a" and userName eq "b"', lookup: { by: 'userName', value: 'a' }, residual: 'userName eq "b"' },
    {
      filter: 'userName eq "a" and (title co "b" or not (active eq true))',
      lookup: { by: 'userName', value: 'a' },
      residual: 'title co "b" or not (active eq true)',
    },
  ])('reads $filter by one key', ({ filter, lookup, residual }) => {
    expect(planUsers(filter)).toEqual({ lookup, also: [], residual });
  });

  test.each([
    { filter: 'userName sw "a"', reason: 'another operator' },
    { filter: 'userName eq "a" or userName eq "b"', reason: 'or' },
    { filter: 'not (userName eq "a")', reason: 'not' },
    { filter: 'userName pr', reason: 'pr' },
    { filter: 'title eq "chief"', reason: 'no key' },
    { filter: 'emails[type eq "work"]', reason: 'no value' },
    { filter: 'emails.type eq "work"', reason: 'no value' },
    { filter: 'emails[type eq "work" or value eq "x"]', reason: 'or in brackets' },
    { filter: 'externalId eq null', reason: 'absence can not be looked up' },
    { filter: 'userName eq true', reason: 'a Boolean is no key' },
    { filter: 'userName eq 1.5', reason: 'a fraction may not be what the client wrote' },
    { filter: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x"', reason: 'an extension' },
  ])('looks at everyone for $filter ($reason)', ({ filter }) => {
    expect(planUsers(filter)).toEqual({ lookup: { by: 'all' }, also: [], residual: filter });
  });

  test.each([
    { filter: 'groups.value eq "g"', lookup: { by: 'group', value: 'g' }, also: [], residual: null },
    { filter: 'groups eq "g"', lookup: { by: 'group', value: 'g' }, also: [], residual: null },
    { filter: 'groups[value eq "g"]', lookup: { by: 'group', value: 'g' }, also: [], residual: null },
    { filter: 'active eq true and groups.value eq "g"', lookup: { by: 'group', value: 'g' }, also: [], residual: 'active eq true' },
    {
      filter: 'groups.value eq "g" and groups.value eq "h" and title pr',
      lookup: { by: 'group', value: 'g' },
      also: [{ by: 'group', value: 'h' }],
      residual: 'title pr',
    },
    { filter: 'id eq "1" and groups eq "g"', lookup: { by: 'id', value: '1' }, also: [{ by: 'group', value: 'g' }], residual: null },
  ])('reads $filter by membership', ({ filter, ...plan }) => {
    expect(planUsers(filter)).toEqual(plan);
  });

  test.each([
    { filter: 'groups pr' },
    { filter: 'groups.value ne "g"' },
    { filter: 'groups.display eq "Admins"' },
    { filter: 'groups.value eq null' },
    { filter: 'groups[value eq "g" and type eq "direct"]' },
    { filter: 'not (groups.value eq "g")' },
    { filter: 'groups.value eq "g" or userName eq "ada"' },
    { filter: 'userName eq "ada" and (active eq true or groups eq "g")' },
  ])('refuses $filter and says how groups are searched', ({ filter }) => {
    expect(refusal(() => planUsers(filter))).toMatchObject({
      status: 400,
      scimType: 'invalidFilter',
      message: 'groups can be searched as groups.value eq "<id of a group>" only, alone or joined with other conditions by and',
    });
  });

  test.each([
    ['nonsense eq "x"', '"nonsense", which the resource does not have; an attribute that GET /Schemas lists is accepted'],
    ['user_name eq "x"', '"user_name", which the resource does not have; nearest: userName'],
    ['givenName eq "x"', 'nearest: name.givenName'],
    ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:departement eq "x"', 'nearest: department'],
    ['urn:acme:User:badge eq "x"', 'the schemas of this tenant are urn:ietf:params:scim:schemas:core:2.0:User, urn:'],
    ['name.nonsense eq "x"', '"name.nonsense", which the resource does not have; one of formatted, familyName'],
    ['userName.value eq "x"', 'userName itself is accepted'],
  ])('of %s says what is unknown', (filter, message) => {
    expect(refusal(() => planUsers(filter))).toMatchObject({
      status: 400,
      scimType: 'invalidFilter',
      message: expect.stringContaining(message),
    });
  });
});

describe('planGroupLookup', () => {
  test.each([
    { filter: 'displayName eq "Admins"', lookup: { by: 'displayName', value: 'Admins' }, also: [], residual: null },
    { filter: 'externalId eq "e"', lookup: { by: 'externalId', value: 'e' }, also: [], residual: null },
    { filter: 'members.value eq "u"', lookup: { by: 'member', value: 'u' }, also: [], residual: null },
    // Entra's old reference check.
    { filter: 'id eq "g" and members eq "u"', lookup: { by: 'id', value: 'g' }, also: [{ by: 'member', value: 'u' }], residual: null },
    {
      filter: 'members[value eq "u"] and displayName sw "A"',
      lookup: { by: 'member', value: 'u' },
      also: [],
      residual: 'displayName sw "A"',
    },
    { filter: 'displayName co "A"', lookup: { by: 'all' }, also: [], residual: 'displayName co "A"' },
  ])('reads $filter', ({ filter, ...plan }) => {
    expect(planGroups(filter)).toEqual(plan);
  });

  test.each(['members pr', 'members.type eq "User"', 'not (members eq "u")', 'displayName eq "A" or members.value eq "u"'])(
    'refuses %s',
    (filter) => {
      expect(refusal(() => planGroups(filter))).toMatchObject({
        status: 400,
        scimType: 'invalidFilter',
        message: 'members can be searched as members.value eq "<id of a user or group>" only, alone or joined with other conditions by and',
      });
    },
  );
});
