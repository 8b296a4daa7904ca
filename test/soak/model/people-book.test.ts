import { expect, test } from '@jest/globals';
import { aPerson } from '../audit/an-audited-tenant.ts';
import { PeopleBook, type Doubt } from './people-book.ts';

function doubtOf(possible: Doubt['possible'], kind: Doubt['kind'] = 'person'): Doubt {
  return { kind, name: kind === 'person' ? 'ann' : 'g', since: 0, possible };
}

test('a create that was not answered was carried out or not, and neither is wrong', () => {
  for (const found of [null, { id: 'id-ann', person: aPerson() }]) {
    const book = new PeopleBook();
    const doubt = doubtOf([null, aPerson()]);
    book.doubt(doubt);
    expect(book.settlePerson(doubt, found)).toBeNull();
    expect([...book.people.values()]).toEqual(found ? [aPerson()] : []);
    expect(book.doubts.size).toBe(0);
  }
});

test('a change that was not answered leaves the person as before or as after, under the same id', () => {
  const [before, after] = [aPerson({ title: 'old' }), aPerson({ title: 'new' })];
  const settle = (found: Parameters<PeopleBook['settlePerson']>[1]): string | null => {
    const book = new PeopleBook();
    book.put('id-ann', before);
    return book.settlePerson(doubtOf([before, after]), found);
  };
  expect(settle({ id: 'id-ann', person: after })).toBeNull();
  expect(settle({ id: 'id-ann', person: before })).toBeNull();
  expect(settle({ id: 'id-ann', person: aPerson({ title: 'older' }) })).toMatch(/^ann is as nobody asked for/);
  expect(settle({ id: 'id-2', person: after })).toBe('ann had the id id-ann and has id-2');
  expect(settle(null)).toBe('ann is not there, and nobody asked for that');
});

test('a delete that was not answered retires the person or leaves them', () => {
  const book = new PeopleBook();
  book.put('id-ann', aPerson());
  expect(book.settlePerson(doubtOf([aPerson(), null]), null)).toBeNull();
  expect([...book.retired]).toEqual([['ann', 'id-ann']]);
});

test('people in doubt are left alone until they are looked up', () => {
  const book = new PeopleBook();
  book.put('id-ann', aPerson());
  book.doubt(doubtOf([aPerson(), null]));
  expect(book.certain()).toEqual([]);
});

test('a member who was deleted is not shown, and is again once they come back under the same id', () => {
  const book = new PeopleBook();
  book.put('id-ann', aPerson());
  const group = { displayName: 'g', members: new Set(['id-ann']) };
  book.retire('id-ann');
  expect(book.shownMembers(group)).toEqual([]);
  book.put('id-ann', aPerson());
  expect(book.shownMembers(group)).toEqual(['id-ann']);
});

test('a group in doubt has the members of before or of after', () => {
  const settle = (members: readonly string[]): string | null => {
    const book = new PeopleBook();
    for (const name of ['ann', 'bob']) book.put(name, aPerson({ userName: name }));
    const before = { displayName: 'g', members: new Set(['ann']) };
    book.groups.set('g', before);
    return book.settleGroup(doubtOf([before, { ...before, members: new Set(['ann', 'bob']) }], 'group'), { id: 'g', members });
  };
  expect(settle(['bob', 'ann'])).toBeNull();
  expect(settle(['bob'])).toBe('the group g has members that nobody asked for: ["bob"]');
});
