import { describe, expect, test } from '@jest/globals';
import { CORE_GROUP_SCHEMA } from '#common/scim/group-schema.ts';
import { parseValuePath } from '#common/scim/parse-path.ts';
import { printValuePath } from '#common/scim/print.ts';
import { findAttribute, findExtension, resolveValuePath } from '#common/scim/resolve-path.ts';
import { CORE_USER_URN, ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';

const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const schemas = tenantSchemas([
  { source: `${ACME}:badge`, type: 'Integer' },
  { source: `${ACME}:title`, type: null },
]);

/** What a path resolves to, as `<schema> <attribute>[<filter>].<sub-attribute>` with `+` before an extension. */
function resolved(text: string): string | null {
  const path = resolveValuePath(parseValuePath(text), schemas);
  if (path === null) return null;
  const { schema, extension, attribute, filter, subAttribute } = path;
  const names = printValuePath({ schema: null, attribute: attribute.name, filter, subAttribute: subAttribute?.name ?? null });
  return `${extension ? '+' : ''}${schema.id} ${names}`;
}

describe('a path is resolved', () => {
  test.each<[why: string, path: string, expected: string]>([
    ['core attribute', 'userName', `${CORE_USER_URN} userName`],
    ['in any case', 'USERNAME', `${CORE_USER_URN} userName`],
    ['sub-attribute in any case', 'Name.GivenName', `${CORE_USER_URN} name.givenName`],
    ['with the core URN in any case', 'URN:ietf:params:scim:schemas:core:2.0:user:userName', `${CORE_USER_URN} userName`],
    ['filter is kept as written', 'emails[Type eq "work"].Value', `${CORE_USER_URN} emails[Type eq "work"].value`],
    ['common attribute', 'externalId', `${CORE_USER_URN} externalId`],
    ['common attribute with the core URN', `${CORE_USER_URN}:id`, `${CORE_USER_URN} id`],
    ['common sub-attribute', 'meta.lastmodified', `${CORE_USER_URN} meta.lastModified`],
    ['$ref', 'groups.$REF', `${CORE_USER_URN} groups.$ref`],
    ['extension attribute', `${ENTERPRISE_USER_URN}:department`, `+${ENTERPRISE_USER_URN} department`],
    ['extension sub-attribute', `${ENTERPRISE_USER_URN}:manager.value`, `+${ENTERPRISE_USER_URN} manager.value`],
    ['extension URN in any case', `${ENTERPRISE_USER_URN.toUpperCase()}:DEPARTMENT`, `+${ENTERPRISE_USER_URN} department`],
    ['extension attribute without its URN', 'manager', `+${ENTERPRISE_USER_URN} manager`],
    ['value filter on it, as clients remove a manager', 'manager[value eq "1"]', `+${ENTERPRISE_USER_URN} manager[value eq "1"]`],
    ['custom attribute', `${ACME}:badge`, `+${ACME} badge`],
    ['custom attribute without its URN', 'badge', `+${ACME} badge`],
    ['core goes before an extension', 'title', `${CORE_USER_URN} title`],
    ['a URN says which', `${ACME}:title`, `+${ACME} title`],
  ])('%s', (_why, path, expected) => {
    expect(resolved(path)).toBe(expected);
  });
});

describe('a path is not resolved', () => {
  test.each<[why: string, path: string]>([
    ['unknown attribute', 'favouriteColour'],
    ['unknown sub-attribute', 'name.nickName'],
    ['sub-attribute of a simple attribute', 'userName.value'],
    ['unknown schema', 'urn:ietf:params:scim:schemas:extension:other:2.0:User:badge'],
    ["the mistyped URN of Entra's old example", 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User:department'],
    ['core attribute under an extension', `${ENTERPRISE_USER_URN}:userName`],
    ['common attribute under an extension', `${ENTERPRISE_USER_URN}:id`],
    ['extension attribute under core', `${CORE_USER_URN}:department`],
    ['nothing but a URN', ENTERPRISE_USER_URN],
  ])('%s', (_why, path) => {
    expect(resolved(path)).toBeNull();
  });
});

test('a resolved path is frozen', () => {
  expect(Object.isFrozen(resolveValuePath(parseValuePath('name.givenName'), schemas))).toBe(true);
  expect(Object.isFrozen(resolveValuePath(parseValuePath('manager'), schemas))).toBe(true);
});

test('another core schema has its own attributes', () => {
  const groups = { core: CORE_GROUP_SCHEMA, extensions: [] };
  expect(resolveValuePath(parseValuePath('members[value eq "1"]'), groups)?.attribute.name).toBe('members');
  expect(resolveValuePath(parseValuePath('userName'), groups)).toBeNull();
});

test('findAttribute finds in any case', () => {
  expect(findAttribute(CORE_USER_SCHEMA.attributes, 'NICKNAME')?.name).toBe('nickName');
  expect(findAttribute(CORE_USER_SCHEMA.attributes, 'nick')).toBeNull();
});

test('findExtension finds extensions in any case, and never the core schema', () => {
  expect(findExtension(schemas, ACME.toUpperCase())?.id).toBe(ACME);
  expect(findExtension(schemas, CORE_USER_URN)).toBeNull();
});
