import { describe, expect, test } from '@jest/globals';
import { ENTERPRISE_USER_SCHEMA } from '#common/scim/enterprise-user-schema.ts';
import { isCustomExtensionUrn, mappingSchemas, tenantSchemas } from '#common/scim/tenant-schemas.ts';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';
import { aRule } from '#test/support/a-tenant-config.ts';

const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

function custom(...mapping: Parameters<typeof tenantSchemas>[0]): readonly string[] {
  return tenantSchemas(mapping)
    .extensions.slice(1)
    .flatMap(({ id, attributes }) => attributes.map(({ name, type }) => `${id}:${name} ${type}`));
}

test('a mapping without custom sources gives core and enterprise', () => {
  const mapping = [
    { source: 'userName', type: null },
    { source: `${ENTERPRISE_USER_SCHEMA.id}:department`, type: 'String' as const },
    { source: `${ENTERPRISE_USER_SCHEMA.id.toUpperCase()}:department`, type: 'String' as const },
  ];
  expect(tenantSchemas(mapping)).toEqual({ core: CORE_USER_SCHEMA, extensions: [ENTERPRISE_USER_SCHEMA] });
});

test('each custom URN gives one extension with the attributes that the mapping names', () => {
  const { extensions } = tenantSchemas([
    { source: `${ACME}:badge`, type: 'Integer' },
    { source: 'urn:ietf:params:scim:schemas:extension:hr:2.0:User:grade', type: null },
    { source: `${ACME}:floor`, type: null },
  ]);
  expect(extensions).toEqual([
    ENTERPRISE_USER_SCHEMA,
    expect.objectContaining({
      id: ACME,
      name: 'acme',
      attributes: [
        expect.objectContaining({ name: 'badge', type: 'integer', multiValued: false, required: false, mutability: 'readWrite' }),
        expect.objectContaining({ name: 'floor', type: 'string' }),
      ],
    }),
    expect.objectContaining({ id: 'urn:ietf:params:scim:schemas:extension:hr:2.0:User', name: 'hr' }),
  ]);
});

test('names that differ in case are one, spelt as in the first use', () => {
  expect(custom({ source: `${ACME}:Badge`, type: null }, { source: `${ACME.replace('acme', 'ACME')}:badge`, type: 'Integer' })).toEqual([
    `${ACME}:Badge integer`,
  ]);
});

test.each([
  ['String', 'string'],
  ['Integer', 'integer'],
  ['Decimal', 'decimal'],
  ['Boolean', 'boolean'],
  ['DateTime', 'dateTime'],
  ['Reference', 'reference'],
  ['StringList', 'string'],
] as const)('type %s of a rule makes a %s', (type, expected) => {
  expect(custom({ source: `${ACME}:x`, type })).toEqual([`${ACME}:x ${expected}`]);
});

test('only a StringList has several values', () => {
  const { extensions } = tenantSchemas([
    { source: `${ACME}:sites`, type: 'StringList' },
    { source: `${ACME}:site`, type: 'String' },
  ]);
  expect(extensions[1]?.attributes.map(({ name, multiValued }) => ({ name, multiValued }))).toEqual([
    { name: 'sites', multiValued: true },
    { name: 'site', multiValued: false },
  ]);
});

test('every source of a rule counts, a constant has none, and what a value map reads is text', () => {
  const valueMap = { values: [{ from: 'A', to: 1 }], default: null };
  const mapping = [
    aRule('title', 'badge', { otherSources: [`${ACME}:badge`], type: 'Integer' }),
    aRule(`${ACME}:grade`, 'grade', { type: 'Integer', valueMap }),
    { ...aRule('title', 'origin'), source: null, constant: 'x' },
  ];
  expect(mappingSchemas(mapping).extensions[1]?.attributes.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'badge integer',
    'grade string',
  ]);
});

test('rules that want different types of one attribute leave it a string', () => {
  expect(custom({ source: `${ACME}:x`, type: 'Integer' }, { source: `${ACME}:x`, type: 'Boolean' })).toEqual([`${ACME}:x string`]);
});

test.each([
  ['no path', 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:'],
  ['another URN', 'urn:acme:User:badge'],
  ['a sub-attribute', `${ACME}:badge.number`],
  ['a value filter', `${ACME}:badges[type eq "x"]`],
])('a source that is refused later adds nothing: %s', (_why, source) => {
  expect(custom({ source, type: null })).toEqual([]);
});

describe('the URN of a custom extension', () => {
  test.each([ACME, ACME.toUpperCase(), ACME.replace('acme', 'acme-1_x'), ACME.replace('acme', 'acme:hr'), ACME.replace('acme', 'acme.hr')])(
    '%s is one',
    (urn) => {
      expect(isCustomExtensionUrn(urn)).toBe(true);
    },
  );

  test.each([
    ENTERPRISE_USER_SCHEMA.id,
    ENTERPRISE_USER_SCHEMA.id.toUpperCase(),
    CORE_USER_SCHEMA.id,
    'urn:acme:User',
    ACME.replace('2.0', '2x0'),
    ACME.replace('acme', ''),
    ACME.replace('acme', ':acme'),
    ACME.replace('User', 'Group'),
    `${ACME}:badge`,
  ])('%s is none', (urn) => {
    expect(isCustomExtensionUrn(urn)).toBe(false);
  });
});
