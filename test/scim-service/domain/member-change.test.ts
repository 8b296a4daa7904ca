import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { GROUP_SCHEMAS } from '#scim-service/domain/group-model.ts';
import { foldMemberOperations, namedMembers, selectMembers, type MemberChange } from '#scim-service/domain/member-change.ts';
import type { Member, MemberType } from '#scim-service/domain/stored-group.ts';
import { parsePatch } from '#scim-service/scim/patch/parse-patch.ts';

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

function changeOf(...operations: unknown[]): MemberChange {
  const parsed = parsePatch({ Operations: operations }, GROUP_SCHEMAS);
  return foldMemberOperations(parsed.operations.filter(({ path }) => path.attribute.name === 'members'));
}

function refusal(scimType: string, message: string) {
  return expect.objectContaining({ status: 400, scimType, message: expect.stringContaining(message) });
}

const none: MemberChange = { kind: 'none' };
const added = (...add: string[]): MemberChange => ({ kind: 'delta', add, remove: [] });
const removed = (...remove: string[]): MemberChange => ({ kind: 'delta', add: [], remove });
const replaced = (...members: string[]): MemberChange => ({ kind: 'replace', members });

describe('one operation', () => {
  test.each<{ name: string; operation: unknown; expected: MemberChange }>([
    {
      name: 'Entra: add with a list of values and $ref null',
      operation: { op: 'Add', path: 'members', value: [{ $ref: null, value: 'a' }, { value: 'b' }] },
      expected: added('a', 'b'),
    },
    { name: 'add of one object', operation: { op: 'add', path: 'members', value: { value: 'a' } }, expected: added('a') },
    { name: 'add of plain strings', operation: { op: 'add', path: 'members', value: ['a', 'b'] }, expected: added('a', 'b') },
    { name: 'add of one plain string', operation: { op: 'add', path: 'members', value: 'a' }, expected: added('a') },
    {
      name: 'Okta: add with display',
      operation: { op: 'add', path: 'members', value: [{ value: 'a', display: 'ada@example.com' }] },
      expected: added('a'),
    },
    {
      name: 'add with $ref, display and type',
      operation: { op: 'add', path: 'members', value: [{ value: 'a', $ref: '../Users/a', display: 'Ada', type: 'User' }] },
      expected: added('a'),
    },
    { name: 'names in another case', operation: { OP: 'ADD', Path: 'Members', VALUE: [{ Value: 'a' }] }, expected: added('a') },
    {
      name: 'the same member twice, described differently',
      operation: { op: 'add', path: 'members', value: [{ value: 'a', display: 'A' }, { value: 'a' }] },
      expected: added('a'),
    },
    { name: 'add with the URN', operation: { op: 'add', path: `${GROUP}:members`, value: [{ value: 'a' }] }, expected: added('a') },
    { name: 'add without a path', operation: { op: 'add', value: { members: [{ value: 'a' }] } }, expected: added('a') },
    {
      name: 'add without a path, under the URN',
      operation: { op: 'add', value: { [`${GROUP}:members`]: [{ value: 'a' }] } },
      expected: added('a'),
    },
    { name: 'add of an empty list', operation: { op: 'add', path: 'members', value: [] }, expected: none },
    { name: 'add of null', operation: { op: 'add', path: 'members', value: null }, expected: none },
    {
      name: 'Entra without the flag: remove with a value list means these only',
      operation: { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }, { value: 'b' }] },
      expected: removed('a', 'b'),
    },
    {
      name: 'remove with a list that says types too',
      operation: { op: 'remove', path: 'members', value: [{ value: 'a', type: 'User' }] },
      expected: removed('a'),
    },
    { name: 'remove with one plain string', operation: { op: 'remove', path: 'members', value: 'a' }, expected: removed('a') },
    { name: 'remove with an empty list removes nobody', operation: { op: 'remove', path: 'members', value: [] }, expected: none },
    {
      name: 'Entra with the flag, and Okta: remove by value filter',
      operation: { op: 'remove', path: 'members[value eq "a"]' },
      expected: removed('a'),
    },
    {
      name: 'remove by a filter with the URN, other case, no quotes',
      operation: { op: 'Remove', path: `${GROUP}:Members[VALUE EQ a]` },
      expected: removed('a'),
    },
    { name: 'remove of an unquoted id of digits', operation: { op: 'remove', path: 'members[value eq 17]' }, expected: removed('17') },
    {
      name: 'remove by an or-combination',
      operation: { op: 'remove', path: 'members[value eq "a" or (value eq "b" or value eq "c")]' },
      expected: removed('a', 'b', 'c'),
    },
    {
      name: 'remove by an and-combination of ids, which is nobody or one',
      operation: { op: 'remove', path: 'members[(value eq "a" or value eq "b") and value eq "b"]' },
      expected: removed('b'),
    },
    { name: 'remove of all', operation: { op: 'remove', path: 'members' }, expected: replaced() },
    { name: 'replace by a list', operation: { op: 'replace', path: 'members', value: [{ value: 'a' }] }, expected: replaced('a') },
    { name: 'replace by an empty list', operation: { op: 'replace', path: 'members', value: [] }, expected: replaced() },
    { name: 'replace by null', operation: { op: 'replace', path: 'members', value: null }, expected: replaced() },
    {
      name: 'Okta: replace without a path, mixed with other attributes',
      operation: { op: 'replace', value: { id: 'g', displayName: 'Tours', members: [{ value: 'a' }] } },
      expected: replaced('a'),
    },
    {
      name: 'a new display of a member, which is not kept',
      operation: { op: 'replace', path: 'members[value eq "a"].display', value: 'A' },
      expected: none,
    },
    {
      name: 'a filter on an unknown sub-attribute, which is ignored',
      operation: { op: 'remove', path: 'members[shoeSize eq 38]' },
      expected: none,
    },
  ])('$name', ({ operation, expected }) => {
    expect(changeOf(operation)).toEqual(expected);
  });

  test.each([
    {
      name: 'a member without an id',
      operation: { op: 'add', path: 'members', value: [{ display: 'Ada' }] },
      error: refusal('invalidValue', '"value"'),
    },
    {
      name: 'a member with an empty id',
      operation: { op: 'replace', path: 'members', value: [{ value: null }] },
      error: refusal('invalidValue', 'empty'),
    },
    {
      name: 'a member that is a list',
      operation: { op: 'add', path: 'members', value: [['a', 'b']] },
      error: refusal('invalidValue', 'members[0]'),
    },
    {
      name: 'another id for a member',
      operation: { op: 'replace', path: 'members[value eq "a"].value', value: 'b' },
      error: refusal('mutability', 'cannot be changed'),
    },
    {
      name: 'another member in the place of one',
      operation: { op: 'replace', path: 'members[value eq "a"]', value: { value: 'b' } },
      error: refusal('mutability', 'cannot be changed'),
    },
    {
      name: 'a choice by $ref',
      operation: { op: 'remove', path: 'members[type eq "User" and $ref pr]' },
      error: refusal('invalidFilter', '$ref'),
    },
    {
      name: 'a filter that can not be read',
      operation: { op: 'remove', path: 'members[value eq]' },
      error: refusal('invalidPath', 'members[value eq]'),
    },
  ])('is refused for $name', ({ operation, error }) => {
    expect(() => changeOf(operation)).toThrow(error);
  });
});

describe('several operations', () => {
  const add = (...ids: string[]) => ({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
  const remove = (id: string) => ({ op: 'remove', path: `members[value eq "${id}"]` });
  const replace = (...ids: string[]) => ({ op: 'replace', path: 'members', value: ids.map((value) => ({ value })) });
  const removeAll = { op: 'remove', path: 'members' };

  test.each<{ name: string; operations: unknown[]; expected: MemberChange }>([
    { name: 'none at all', operations: [], expected: none },
    { name: 'add, then remove of the same member', operations: [add('a'), remove('a')], expected: removed('a') },
    { name: 'remove, then add of the same member', operations: [remove('a'), add('a')], expected: added('a') },
    { name: 'remove and add of others', operations: [remove('a'), add('b')], expected: { kind: 'delta', add: ['b'], remove: ['a'] } },
    { name: 'what a replace makes void', operations: [add('a'), remove('b'), replace('c')], expected: replaced('c') },
    { name: 'what comes after a replace', operations: [replace('a', 'b'), remove('b'), add('c')], expected: replaced('a', 'c') },
    { name: 'add after remove of all', operations: [removeAll, add('a')], expected: replaced('a') },
  ])('fold: $name', ({ operations, expected }) => {
    expect(changeOf(...operations)).toEqual(expected);
  });

  test('that choose by type need the members, and are applied to them in order', () => {
    const change = changeOf(add('a', 'g2'), { op: 'remove', path: 'members[type eq "group"]' }, add('g3'), remove('b'));
    if (change.kind !== 'select') throw new Error(change.kind);
    expect(namedMembers(change)).toEqual(['a', 'g2', 'g3']);
    const members: Member[] = [
      { id: 'b', type: 'User' },
      { id: 'c', type: 'User' },
      { id: 'g1', type: 'Group' },
    ];
    const types = new Map<string, MemberType>([
      ['a', 'User'],
      ['g2', 'Group'],
      ['g3', 'Group'],
    ]);
    expect(selectMembers(members, change.steps, types)).toEqual([
      { id: 'c', type: 'User' },
      { id: 'a', type: 'User' },
      { id: 'g3', type: 'Group' },
    ]);
  });
});

describe('folding a random sequence of operations', () => {
  const IDS = ['u1', 'u2', 'u3', 'u4', 'g1', 'g2'];
  const typeOf = (id: string): MemberType => (id.startsWith('g') ? 'Group' : 'User');
  const ids = fc.uniqueArray(fc.constantFrom(...IDS));
  const list = ids.map((some) => some.map((value) => ({ value })));
  /** An operation, and what it means for a set of ids. */
  type Step = { operation: unknown; apply: (members: Set<string>) => Set<string> };
  const step: fc.Arbitrary<Step> = fc.oneof(
    list.map((value) => ({
      operation: { op: 'add', path: 'members', value },
      apply: (members: Set<string>) => new Set([...members, ...value.map((member) => member.value)]),
    })),
    list.map((value) => ({
      operation: { op: 'remove', path: 'members', value },
      apply: (members: Set<string>) => new Set([...members].filter((id) => !value.some((member) => member.value === id))),
    })),
    ids
      .filter((some) => some.length > 0)
      .map((some) => ({
        operation: { op: 'remove', path: `members[${some.map((id) => `value eq "${id}"`).join(' or ')}]` },
        apply: (members: Set<string>) => new Set([...members].filter((id) => !some.includes(id))),
      })),
    fc.constantFrom('User', 'Group').map((type) => ({
      operation: { op: 'remove', path: `members[type eq "${type}"]` },
      apply: (members: Set<string>) => new Set([...members].filter((id) => typeOf(id) !== type)),
    })),
    fc.constantFrom(...IDS).map((kept) => ({
      operation: { op: 'remove', path: `members[value ne "${kept}"]` },
      apply: (members: Set<string>) => new Set([...members].filter((id) => id === kept)),
    })),
    list.map((value) => ({
      operation: { op: 'replace', value: { members: value } },
      apply: () => new Set(value.map((member) => member.value)),
    })),
    fc.constant({ operation: { op: 'remove', path: 'members' }, apply: () => new Set<string>() }),
  );

  function applyChange(members: readonly Member[], change: MemberChange): string[] {
    switch (change.kind) {
      case 'none':
        return members.map(({ id }) => id);
      case 'delta':
        return [...new Set([...members.map(({ id }) => id).filter((id) => !change.remove.includes(id)), ...change.add])];
      case 'replace':
        return [...change.members];
      case 'select':
      default:
        return selectMembers(members, change.steps, new Map(namedMembers(change).map((id) => [id, typeOf(id)]))).map(({ id }) => id);
    }
  }

  test('gives the members that the operations give one by one, and never an id both ways', () => {
    fc.assert(
      fc.property(ids, fc.array(step, { maxLength: 8 }), (before, steps) => {
        const change = changeOf(...steps.map(({ operation }) => operation));
        const expected = steps.reduce((members, { apply }) => apply(members), new Set(before));
        const members = before.map((id): Member => ({ id, type: typeOf(id) }));
        expect(applyChange(members, change).sort()).toEqual([...expected].sort());
        if (change.kind === 'delta') expect(change.add.filter((id) => change.remove.includes(id))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
