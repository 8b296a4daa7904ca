import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matchKey, matchKeys } from '#scim-service/domain/match-keys.ts';
import { fieldAt } from '#scim-service/domain/person-fields.ts';
import type { PersonValue } from '#scim-service/domain/stored-user.ts';
import { anyRecord, leavesOf } from '#test/support/arbitrary-mapping.ts';

describe('matchKey', () => {
  test('is the same in any case and composition, and without space around', () => {
    const key = matchKey('contact.email', 'Zo\u00eb@Acme.example');
    expect(key).toBe('contact.email=zo\u00eb@acme.example');
    for (const same of ['ZOE\u0308@ACME.EXAMPLE', ' zoe\u0308@acme.example\n']) expect(matchKey('contact.email', same)).toBe(key);
  });

  test.each<[string, PersonValue | null]>([
    ['nothing', null],
    ['empty text', ' '],
    ['text longer than an address', 'x'.repeat(257)],
    ['a list', ['a']],
    ['a record', { a: 'b' }],
  ])('is none for %s', (_, value) => {
    expect(matchKey('a', value)).toBeNull();
  });

  test.each<[PersonValue, string]>([
    [7, 'a=7'],
    [false, 'a=false'],
  ])('of %j is its text', (value, key) => {
    expect(matchKey('a', value)).toBe(key);
  });

  test('differs by target', () => {
    expect(matchKey('email', 'x')).not.toBe(matchKey('mail', 'x'));
  });
});

describe('matchKeys', () => {
  test('has each value of a record and of its lists once', () => {
    expect(
      matchKeys({ login: 'Ann', contact: { mails: ['a@x', 'A@X', 'b@x'], phone: '' }, rooms: [{ no: 1 }, { no: 2 }], vip: true }),
    ).toEqual(['login=ann', 'contact.mails=a@x', 'contact.mails=b@x', 'rooms.no=1', 'rooms.no=2', 'vip=true']);
  });

  test('has the key of every single value, whatever the record', () => {
    fc.assert(
      fc.property(anyRecord, (person) => {
        const keys = matchKeys(person);
        for (const path of leavesOf(person)) {
          const key = matchKey(path.join('.'), fieldAt(person, path));
          if (key !== null) expect(keys).toContain(key);
        }
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  test('are bounded', () => {
    expect(matchKeys({ all: Array.from({ length: 10_000 }, (_, at) => at) })).toHaveLength(500);
  });
});
