import { describe, expect, test } from '@jest/globals';
import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import { ENTERPRISE_USER_SCHEMA } from '#common/scim/enterprise-user-schema.ts';
import { CORE_GROUP_SCHEMA } from '#common/scim/group-schema.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';

/** One line for each attribute: name, `[]` when multi-valued, and its sub-attributes. */
function outline(attributes: readonly AttributeDefinition[]): readonly string[] {
  return attributes.map(({ name, multiValued, type, subAttributes }) => {
    const inside = subAttributes ? ` { ${subAttributes.map((sub) => sub.name).join(' ')} }` : ` ${type}`;
    return `${name}${multiValued ? '[]' : ''}${inside}`;
  });
}

test('the core User has the attributes of RFC 7643 section 8.7.1', () => {
  expect(outline(CORE_USER_SCHEMA.attributes)).toEqual([
    'userName string',
    'name { formatted familyName givenName middleName honorificPrefix honorificSuffix }',
    'displayName string',
    'nickName string',
    'profileUrl reference',
    'title string',
    'userType string',
    'preferredLanguage string',
    'locale string',
    'timezone string',
    'active boolean',
    'password string',
    'emails[] { value display type primary }',
    'phoneNumbers[] { value display type primary }',
    'ims[] { value display type primary }',
    'photos[] { value display type primary }',
    'addresses[] { formatted streetAddress locality region postalCode country type primary }',
    'groups[] { value $ref display type }',
    'entitlements[] { value display type primary }',
    'roles[] { value display type primary }',
    'x509Certificates[] { value display type primary }',
  ]);
});

test('the enterprise extension has the attributes of RFC 7643 section 8.7.1', () => {
  expect(outline(ENTERPRISE_USER_SCHEMA.attributes)).toEqual([
    'employeeNumber string',
    'costCenter string',
    'organization string',
    'division string',
    'department string',
    'manager { value $ref displayName }',
  ]);
});

test('the core Group has the attributes of RFC 7643 section 8.7.1 and display of its members', () => {
  expect(outline(CORE_GROUP_SCHEMA.attributes)).toEqual(['displayName string', 'members[] { value $ref display type }']);
});

test('every resource has the common attributes of RFC 7643 section 3', () => {
  expect(outline(COMMON_ATTRIBUTES)).toEqual([
    'id string',
    'externalId string',
    'schemas[] reference',
    'meta { resourceType created lastModified location version }',
  ]);
});

test('an attribute without differences has the defaults of RFC 7643 section 2.2', () => {
  expect(CORE_USER_SCHEMA.attributes.find(({ name }) => name === 'title')).toEqual({
    name: 'title',
    type: 'string',
    multiValued: false,
    description: "The person's title, such as Vice President.",
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  });
});

describe('of all attributes', () => {
  const all = [CORE_USER_SCHEMA, ENTERPRISE_USER_SCHEMA, CORE_GROUP_SCHEMA]
    .flatMap(({ attributes }) => attributes)
    .concat(COMMON_ATTRIBUTES)
    .flatMap((attribute) => [attribute, ...(attribute.subAttributes ?? [])]);

  test('exactly the complex ones have sub-attributes', () => {
    expect(all.filter(({ type, subAttributes }) => (type === 'complex') !== (subAttributes !== undefined))).toEqual([]);
  });

  test('none can be changed in memory', () => {
    expect(
      all.filter((attribute) => !Object.isFrozen(attribute) || (attribute.subAttributes && !Object.isFrozen(attribute.subAttributes))),
    ).toEqual([]);
  });

  test('these are compared with regard to case', () => {
    expect(all.filter(({ type, caseExact }) => caseExact && type !== 'reference' && type !== 'binary').map(({ name }) => name)).toEqual([
      // Of a user's groups and of a group's members.
      'value',
      'value',
      'id',
      'externalId',
      'resourceType',
      'version',
    ]);
  });

  test('only the password is never returned', () => {
    expect(all.filter(({ returned }) => returned === 'never').map(({ name, mutability }) => `${name} ${mutability}`)).toEqual([
      'password writeOnly',
    ]);
  });
});
