import { expect, test } from '@jest/globals';
import { splitCircular } from '#scim-service/provisioning/bulk/split-circular.ts';

const URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const isOpen = (bulkId: string): boolean => bulkId === 'open';

test.each([
  ['nothing when no reference is open', { a: 'bulkId:known' }, { a: 'bulkId:known' }, null],
  [
    'members one by one',
    { displayName: 'x', members: [{ value: 'bulkId:open' }, { value: 'bulkId:known' }] },
    { displayName: 'x', members: [{ value: 'bulkId:known' }] },
    { members: [{ value: 'bulkId:open' }] },
  ],
  ['all members when all are open', { members: [{ value: 'bulkId:open' }] }, {}, { members: [{ value: 'bulkId:open' }] }],
  [
    'an attribute of an extension, and no other',
    { [URN]: { department: 'x', manager: { value: 'bulkId:open', displayName: 'y' } } },
    { [URN]: { department: 'x' } },
    { [URN]: { manager: { value: 'bulkId:open', displayName: 'y' } } },
  ],
  ['an extension that has nothing else', { [URN]: { manager: 'bulkId:open' } }, {}, { [URN]: { manager: 'bulkId:open' } }],
  ['an attribute by its whole name', { [`${URN}:manager`]: 'bulkId:open' }, {}, { [`${URN}:manager`]: 'bulkId:open' }],
  ['an attribute of an object whole', { name: { a: 1, b: 'bulkId:open' } }, {}, { name: { a: 1, b: 'bulkId:open' } }],
])('what is left for later is %s', (_, data, now, later) => {
  expect(splitCircular(data, isOpen)).toEqual({ now, later });
});
