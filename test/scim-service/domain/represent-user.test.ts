import { describe, expect, test } from '@jest/globals';
import { CORE_USER_URN, ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { representUser, wantsGroups } from '#scim-service/domain/represent-user.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import type { GroupReference } from '#scim-service/domain/user-view.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

const baseUrl = 'https://scim.example.com/team-hr/acme/scim/v2';
const model = compileTenantModel(
  aTenantConfig({
    mapping: [
      aRule('name', 'name'),
      aRule('emails', 'emails'),
      aRule(`${ENTERPRISE_USER_URN}:department`, 'department'),
      aRule(`${ENTERPRISE_USER_URN}:manager`, 'manager'),
    ],
  }),
);

const user: StoredUser = {
  tenant: 'team-hr/acme',
  id: '2819c223-7f76-453a-919d-413861904646',
  version: 3,
  createdAt: new Date('2026-01-31T08:00:00Z'),
  lastModified: new Date('2026-02-01T09:30:00.5Z'),
  resource: {
    userName: 'ada',
    externalId: 'ext-1',
    active: true,
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ type: 'work', value: 'ada@work.example' }, { type: 'home' }],
    [ENTERPRISE_USER_URN]: { department: 'R&D', manager: { value: '7' } },
  },
  person: { secret: 'the product alone sees this' },
  defaults: {},
  own: {},
  projection: model.projection,
  deletedAt: null,
};

const meta = {
  resourceType: 'User',
  created: '2026-01-31T08:00:00.000Z',
  lastModified: '2026-02-01T09:30:00.500Z',
  location: `${baseUrl}/Users/${user.id}`,
  version: 'W/"3"',
};
const { id } = user;

describe('representUser', () => {
  test('gives the whole resource with id, schemas and meta, and nothing of the person', () => {
    expect(representUser({ user, groups: [] }, { model, baseUrl })).toEqual({
      schemas: [CORE_USER_URN, ENTERPRISE_USER_URN],
      id,
      ...user.resource,
      meta,
    });
  });

  test('leaves out what the mapping of today does not select, and the URN of an extension of which nothing is left', () => {
    const narrow = compileTenantModel(aTenantConfig({ mapping: [aRule('emails[type eq "work"].value', 'email')] }));
    expect(representUser({ user, groups: [] }, { model: narrow, baseUrl })).toEqual({
      schemas: [CORE_USER_URN],
      id,
      userName: 'ada',
      externalId: 'ext-1',
      active: true,
      emails: [{ type: 'work', value: 'ada@work.example' }],
      meta,
    });
  });

  test.each([
    { name: 'one attribute', attributes: ['userName'], expected: { userName: 'ada' } },
    { name: 'a name in another case', attributes: ['USERNAME', ' externalid '], expected: { userName: 'ada', externalId: 'ext-1' } },
    { name: 'id alone', attributes: ['id'], expected: {} },
    { name: 'a sub-attribute', attributes: ['name.familyName'], expected: { name: { familyName: 'Lovelace' } } },
    { name: 'two sub-attributes', attributes: ['name.familyName', 'name.givenName'], expected: { name: user.resource['name'] } },
    { name: 'an attribute and its sub-attribute', attributes: ['name', 'name.givenName'], expected: { name: user.resource['name'] } },
    {
      name: 'a sub-attribute of a list, without values that lack it',
      attributes: ['emails.value'],
      expected: { emails: [{ value: 'ada@work.example' }] },
    },
    { name: 'a core attribute behind its URN', attributes: [`${CORE_USER_URN}:name.givenName`], expected: { name: { givenName: 'Ada' } } },
    { name: 'a sub-attribute of meta', attributes: ['meta.version'], expected: { meta: { version: 'W/"3"' } } },
    { name: 'only unknown names', attributes: ['nonsense', 'emails[', ''], expected: {} },
  ])('returns id, schemas and what attributes names: $name', ({ attributes, expected }) => {
    expect(representUser({ user, groups: [] }, { model, baseUrl, attributes })).toEqual({ schemas: [CORE_USER_URN], id, ...expected });
  });

  test.each([
    { name: 'an attribute of an extension', attributes: [`${ENTERPRISE_USER_URN}:department`], expected: { department: 'R&D' } },
    { name: 'one without its URN', attributes: ['department'], expected: { department: 'R&D' } },
    { name: 'a sub-attribute in it', attributes: [`${ENTERPRISE_USER_URN}:manager.value`], expected: { manager: { value: '7' } } },
    {
      name: 'a whole extension in another case',
      attributes: [ENTERPRISE_USER_URN.toUpperCase()],
      expected: { department: 'R&D', manager: { value: '7' } },
    },
  ])('lists the URN of an extension that attributes names: $name', ({ attributes, expected }) => {
    expect(representUser({ user, groups: [] }, { model, baseUrl, attributes })).toEqual({
      schemas: [CORE_USER_URN, ENTERPRISE_USER_URN],
      id,
      [ENTERPRISE_USER_URN]: expected,
    });
  });

  test('takes no attributes and an empty list for the default set', () => {
    expect(representUser({ user, groups: [] }, { model, baseUrl, attributes: [], excludedAttributes: [] })).toEqual(
      representUser({ user, groups: [] }, { model, baseUrl }),
    );
  });

  test('leaves out what excludedAttributes names, and with an emptied extension its URN, but never id and schemas', () => {
    const excludedAttributes = ['ID', 'schemas', 'Name', 'meta', 'emails.type', 'department', `${ENTERPRISE_USER_URN}:manager.value`];
    expect(representUser({ user, groups: [] }, { model, baseUrl, excludedAttributes })).toEqual({
      schemas: [CORE_USER_URN],
      id,
      userName: 'ada',
      externalId: 'ext-1',
      active: true,
      emails: [{ value: 'ada@work.example' }],
    });
  });

  test('takes excluded attributes off the listed ones when a client sends both', () => {
    const options = { model, baseUrl, attributes: ['name', 'userName'], excludedAttributes: ['name.givenName'] };
    expect(representUser({ user, groups: [] }, options)).toEqual({
      schemas: [CORE_USER_URN],
      id,
      userName: 'ada',
      name: { familyName: 'Lovelace' },
    });
  });
});

describe('groups of a person', () => {
  const groups: readonly GroupReference[] = [
    { id: 'g1', displayName: 'Tours', type: 'direct' },
    { id: 'g2', displayName: 'All', type: 'indirect' },
  ];

  test('are given with value, $ref, display and type, whatever the mapping selects', () => {
    expect(representUser({ user, groups }, { model, baseUrl })['groups']).toEqual([
      { value: 'g1', $ref: `${baseUrl}/Groups/g1`, display: 'Tours', type: 'direct' },
      { value: 'g2', $ref: `${baseUrl}/Groups/g2`, display: 'All', type: 'indirect' },
    ]);
  });

  test('are restricted as any attribute is', () => {
    const options = { model, baseUrl, attributes: ['groups.display'] };
    expect(representUser({ user, groups }, options)).toEqual({
      schemas: [CORE_USER_URN],
      id,
      groups: [{ display: 'Tours' }, { display: 'All' }],
    });
    expect(representUser({ user, groups }, { model, baseUrl, excludedAttributes: ['Groups'] })).not.toHaveProperty('groups');
  });

  test('are left out when there are none', () => {
    expect(representUser({ user, groups: [] }, { model, baseUrl })).not.toHaveProperty('groups');
  });

  test('are wanted unless a client or the tenant says otherwise', () => {
    const without = compileTenantModel(aTenantConfig({ groups: { enabled: false } }));
    expect(wantsGroups(model, {})).toBe(true);
    expect(wantsGroups(model, { attributes: ['userName', 'groups.value'] })).toBe(true);
    expect(wantsGroups(model, { attributes: ['userName'] })).toBe(false);
    expect(wantsGroups(model, { excludedAttributes: ['groups'] })).toBe(false);
    expect(wantsGroups(without, {})).toBe(false);
  });
});
