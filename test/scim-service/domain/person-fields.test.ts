import { describe, expect, test } from '@jest/globals';
import { copyValue, draftOf, fieldAt, setField, type PersonDraft } from '#scim-service/domain/person-fields.ts';
import type { PersonValue } from '#scim-service/domain/stored-user.ts';

describe('person fields', () => {
  test('are read at any depth, and what a person lacks is null', () => {
    const person = { login: 'ada', contact: { email: 'a@w', tags: ['x'] }, off: false };
    expect(fieldAt(person, ['contact', 'email'])).toBe('a@w');
    expect(fieldAt(person, ['off'])).toBe(false);
    for (const target of [
      ['phone'],
      ['contact', 'phone'],
      ['login', 'length'],
      ['contact', 'tags', '0'],
      ['toString'],
      ['contact', 'constructor'],
    ]) {
      expect(fieldAt(person, target)).toBeNull();
    }
  });

  test('are set at any depth, in the way of which a plain value is replaced', () => {
    const draft: PersonDraft = { contact: 'none' };
    setField(draft, ['contact', 'email'], 'a@w');
    setField(draft, ['contact', 'phone'], '7');
    setField(draft, ['login'], 'ada');
    expect(draft).toEqual({ contact: { email: 'a@w', phone: '7' }, login: 'ada' });
  });

  test('of a draft leave the original as it was', () => {
    const person = { contact: { email: 'a@w' } };
    setField(draftOf(person), ['contact', 'email'], 'b@w');
    expect(person).toEqual({ contact: { email: 'a@w' } });
  });

  test('are copied whole, each record and list anew', () => {
    const value: PersonValue = JSON.parse('[{ "on": true, "rank": 7, "tags": ["x", { "__proto__": { "y": 1 } }] }, "z"]');
    const copy = copyValue(value);
    expect(JSON.stringify(copy)).toBe(JSON.stringify(value));
    expect(copy).not.toBe(value);
    expect((copy as (typeof value)[])[0]).not.toBe((value as (typeof value)[])[0]);
  });
});
