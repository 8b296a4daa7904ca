import { expect, test } from '@jest/globals';
import { groupKeys } from '#scim-service/domain/group-keys.ts';

test.each([
  ['folds the displayName and keeps the externalId', { displayName: 'Sales ÄÖ', externalId: 'Ext-1' }, 'sales äö', 'Ext-1'],
  ['takes a group without externalId', { displayName: 'Zoe\u0308' }, 'zoë', null],
  ['takes an externalId that is no text for none', { displayName: 'x', externalId: 7 }, 'x', null],
])('groupKeys %s', (_, resource, displayName, externalId) => {
  expect(groupKeys(resource)).toEqual({ displayName, externalId });
});
