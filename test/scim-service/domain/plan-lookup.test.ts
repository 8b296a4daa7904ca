import { describe, expect, test } from '@jest/globals';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { printFilter } from '#common/scim/print.ts';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';
import { planLookup } from '#scim-service/domain/plan-lookup.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';

const schemas = tenantSchemas([]);

function plan(text: string) {
  const { lookup, residual } = planLookup(parseFilter(text), schemas);
  return { lookup, residual: residual && printFilter(residual) };
}

function refusal(text: string): ScimError {
  try {
    planLookup(parseFilter(text), schemas);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error(`${text} is not refused`);
}

describe('planLookup', () => {
  test('without a filter asks for everyone', () => {
    expect(planLookup(null, schemas)).toEqual({ lookup: { by: 'all' }, residual: null });
  });

  test.each([
    { filter: 'userName eq "ada"', lookup: { by: 'userName', value: 'ada' }, residual: null },
    { filter: 'USERNAME EQ "Ada"', lookup: { by: 'userName', value: 'Ada' }, residual: null },
    { filter: 'urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada"', lookup: { by: 'userName', value: 'ada' }, residual: null },
    { filter: 'externalId eq jyoung', lookup: { by: 'externalId', value: 'jyoung' }, residual: null },
    { filter: 'externalId eq 12345', lookup: { by: 'externalId', value: '12345' }, residual: null },
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
      filter: 'emails[type eq "work" and value eq "a@x"]',
      lookup: { by: 'email', value: 'a@x' },
      residual: 'emails[type eq "work" and value eq "a@x"]',
    },
    {
      filter: 'emails[type eq "work" and value eq "a@x"] and externalId eq "e"',
      lookup: { by: 'externalId', value: 'e' },
      residual: 'emails[type eq "work" and value eq "a@x"]',
    },
    {
      filter: 'userName eq "ada" and addresses[type eq "work" and locality eq "London"]',
      lookup: { by: 'userName', value: 'ada' },
      residual: 'addresses[type eq "work" and locality eq "London"]',
    },
    { filter: 'userName eq "a" and userName eq "b"', lookup: { by: 'userName', value: 'a' }, residual: 'userName eq "b"' },
  ])('reads $filter by one key', ({ filter, lookup, residual }) => {
    expect(plan(filter)).toEqual({ lookup, residual });
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
    { filter: 'emails[value co "x"]', reason: 'another operator in brackets' },
    { filter: 'userName eq "a" and title co "b"', reason: 'another operator beside a key' },
    { filter: 'externalId eq null', reason: 'absence can not be looked up' },
    { filter: 'userName eq true', reason: 'a Boolean is no userName' },
    { filter: 'userName eq 1.5', reason: 'a fraction may not be what the client wrote' },
  ])('refuses $filter ($reason) and says what is accepted', ({ filter }) => {
    const error = refusal(filter);
    expect(error).toMatchObject({ status: 400, scimType: 'invalidFilter' });
    expect(error.message).toContain('for example userName eq "ada@example.com"');
  });

  test.each([
    ['nonsense eq "x"', '"nonsense" is not an attribute of a User in this tenant'],
    ['userName eq "a" and emails[nonsense eq "x"]', '"emails.nonsense" is not an attribute of a User in this tenant'],
    ['urn:acme:User:badge eq "x"', '"urn:acme:User:badge" is not an attribute of a User in this tenant'],
    ['name.nonsense eq "x"', '"name.nonsense" is not an attribute of a User in this tenant'],
  ])('of %s says what is unknown', (filter, message) => {
    expect(refusal(filter)).toMatchObject({ status: 400, scimType: 'invalidFilter', message });
  });
});
