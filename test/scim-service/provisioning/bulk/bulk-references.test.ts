import { describe, expect, test } from '@jest/globals';
import { referenceInId, referencesIn, resolveReferences } from '#scim-service/provisioning/bulk/bulk-references.ts';

const resolve = (bulkId: string): string => `id-of-${bulkId}`;
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

describe('a reference', () => {
  test.each([
    ['a member', { members: [{ value: 'bulkId:ada' }, { value: '7' }] }, { members: [{ value: 'id-of-ada' }, { value: '7' }] }],
    ['a manager', { [ENTERPRISE]: { manager: { value: 'bulkId:ada' } } }, { [ENTERPRISE]: { manager: { value: 'id-of-ada' } } }],
    ['a manager as text, as Entra writes one', { [`${ENTERPRISE}:manager`]: 'bulkId:ada' }, { [`${ENTERPRISE}:manager`]: 'id-of-ada' }],
    [
      'the value of a PATCH',
      { Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:ada' }] }] },
      { Operations: [{ op: 'add', path: 'members', value: [{ value: 'id-of-ada' }] }] },
    ],
    [
      'the filter of a PATCH path',
      { Operations: [{ op: 'remove', path: 'members[value eq "bulkId:ada" or value eq "bulkId:bob"]' }] },
      { Operations: [{ op: 'remove', path: 'members[value eq "id-of-ada" or value eq "id-of-bob"]' }] },
    ],
    ['a $ref', { members: [{ $ref: '../Users/bulkId:ada' }] }, { members: [{ $ref: '../Users/id-of-ada' }] }],
    ['a $ref that is nothing else', { $ref: 'bulkId:ada' }, { $ref: 'id-of-ada' }],
    ['a list of text', { values: ['bulkId:ada', 'bulkid:ada'] }, { values: ['id-of-ada', 'id-of-ada'] }],
    ['a bulkId of any characters', { value: 'bulkId:bulkId: $& "ö"\n' }, { value: 'id-of-bulkId: $& "ö"\n' }],
    ['nothing but data', 'bulkId:ada', 'id-of-ada'],
  ])('is resolved in %s', (_, data, resolved) => {
    expect(resolveReferences(data, resolve)).toEqual(resolved);
  });

  test.each([
    ['text that mentions one', { title: 'see bulkId:ada', note: ' bulkId:ada' }],
    ['text that looks like a $ref or a filter', { title: '../Users/bulkId:ada', note: '"bulkId:ada"' }],
    ['the name of an attribute', { 'bulkId:ada': 1 }],
    ['a bulkId without characters', { value: 'bulkId:' }],
    ['what is no text', { a: null, b: 1, c: true, d: [], e: {} }],
  ])('is not %s', (_, data) => {
    expect(resolveReferences(data, resolve)).toEqual(data);
    expect(referencesIn(data)).toEqual(new Set());
  });

  test('keeps a member named __proto__ a member', () => {
    const data: unknown = JSON.parse('{"__proto__": {"value": "bulkId:ada"}}');
    expect(JSON.stringify(resolveReferences(data, resolve))).toBe('{"__proto__":{"value":"id-of-ada"}}');
  });
});

test('references are listed once each', () => {
  const data = { a: 'bulkId:x', b: ['bulkId:x', { $ref: '/Users/bulkId:y' }], path: 'members[value eq "bulkId:z"]' };
  expect(referencesIn(data)).toEqual(new Set(['x', 'y', 'z']));
});

test.each([
  ['bulkId:ada', 'ada'],
  ['BULKID:Ada', 'Ada'],
  ['2819c223', null],
  ['bulkId:', null],
])('the id %j in a path refers to %j', (id, bulkId) => {
  expect(referenceInId(id)).toBe(bulkId);
});
