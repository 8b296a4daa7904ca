import { expect, test } from '@jest/globals';
import { CORE_GROUP_SCHEMA } from '#common/scim/group-schema.ts';
import { resourceTypes } from '#scim-service/scim/discovery/resource-types.ts';
import { CORE, CUSTOM, ENTERPRISE, USER_SCHEMAS } from '#test/support/user-schemas.ts';

test('User is listed with the extensions of the tenant, none of them required', () => {
  expect(resourceTypes('https://scim.example.com/t/scim/v2', USER_SCHEMAS)).toEqual([
    {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'User Account',
      schema: CORE,
      schemaExtensions: [
        { schema: ENTERPRISE, required: false },
        { schema: CUSTOM, required: false },
      ],
      meta: { resourceType: 'ResourceType', location: 'https://scim.example.com/t/scim/v2/ResourceTypes/User' },
    },
  ]);
});

test('Group is listed when its schemas are asked for', () => {
  expect(resourceTypes('https://scim.example.com/t/scim/v2', { core: CORE_GROUP_SCHEMA, extensions: [] })).toMatchObject([
    { id: 'Group', endpoint: '/Groups', schemaExtensions: [] },
  ]);
});
