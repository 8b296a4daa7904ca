import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  copyValue,
  draftOf,
  fieldAt,
  fieldsAsIn,
  overlay,
  setField,
  withoutFields,
  type PersonDraft,
} from '#scim-service/domain/person-fields.ts';
import type { PersonRecord, PersonValue } from '#scim-service/domain/stored-user.ts';
import { anyRecord, leavesOf } from '#test/support/arbitrary-mapping.ts';

const anyTargets = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'login', '__proto__', 'constructor'), { minLength: 1, maxLength: 3 }), {
  maxLength: 4,
});

function isPrefix(prefix: readonly string[], names: readonly string[]): boolean {
  return prefix.every((name, at) => names[at] === name);
}

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

  test('may be called __proto__', () => {
    const draft: PersonDraft = {};
    setField(draft, ['__proto__', 'x'], 1);
    setField(draft, ['a', '__proto__'], 2);
    expect(JSON.stringify(draft)).toBe('{"__proto__":{"x":1},"a":{"__proto__":2}}');
    expect(fieldAt(draft, ['__proto__', 'x'])).toBe(1);
    expect(Object.getPrototypeOf(draft)).toBe(Object.prototype);
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

describe('withoutFields', () => {
  test.each<{ name: string; person: PersonRecord; written: string[]; rest: PersonRecord }>([
    { name: 'the field itself', person: { a: 1, b: 2 }, written: ['a'], rest: { b: 2 } },
    { name: 'a field within a record', person: { a: { b: 1, c: 2 } }, written: ['a.b'], rest: { a: { c: 2 } } },
    { name: 'a record that is left empty', person: { a: { b: { c: 1 } }, d: 1 }, written: ['a.b.c'], rest: { d: 1 } },
    { name: 'what lies within', person: { a: { b: { c: 1 } } }, written: ['a.b'], rest: {} },
    { name: 'what lies around and is no record', person: { a: 'x', b: ['y'] }, written: ['a.c', 'b.c'], rest: {} },
    { name: 'nothing else', person: { a: { b: 1 }, ab: 2 }, written: ['a.c', 'ac', 'b'], rest: { a: { b: 1 }, ab: 2 } },
  ])('leaves out $name', ({ person, written, rest }) => {
    expect(
      withoutFields(
        person,
        written.map((target) => target.split('.')),
      ),
    ).toEqual(rest);
  });

  test('leaves out each written field and all in its way, keeps every other one, and changes nothing more when done again', () => {
    fc.assert(
      fc.property(anyRecord, anyTargets, (person, written) => {
        const before = JSON.stringify(person);
        const rest = withoutFields(person, written);
        expect(JSON.stringify(person)).toBe(before);
        for (const names of written) expect(fieldAt(rest, names)).toBeNull();
        const isConcerned = (leaf: readonly string[]): boolean => written.some((names) => isPrefix(names, leaf) || isPrefix(leaf, names));
        const kept = leavesOf(person).filter((leaf) => !isConcerned(leaf));
        expect(leavesOf(rest)).toEqual(kept);
        for (const leaf of kept) expect(fieldAt(rest, leaf)).toEqual(fieldAt(person, leaf));
        expect(withoutFields(rest, written)).toEqual(rest);
      }),
    );
  });
});

describe('overlay', () => {
  test('has all fields of both, the upper ones before the others, and touches neither', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (lower, upper) => {
        const before = JSON.stringify([lower, upper]);
        const fields = leavesOf(upper);
        const rest = withoutFields(lower, fields);
        const joined = overlay(rest, upper);
        for (const field of fields) expect(fieldAt(joined, field)).toEqual(fieldAt(upper, field));
        for (const field of leavesOf(rest)) expect(fieldAt(joined, field)).toEqual(fieldAt(lower, field));
        expect(leavesOf(joined)).toHaveLength(fields.length + leavesOf(rest).length);
        setField(joined, ['a', 'b'], 'touched');
        expect(JSON.stringify([lower, upper])).toBe(before);
      }),
    );
  });

  test('of a record and nothing, or itself, is that record', () => {
    fc.assert(
      fc.property(anyRecord, (person) => {
        const text = JSON.stringify(person);
        for (const same of [overlay(person, {}), overlay({}, person), overlay(person, person)]) expect(JSON.stringify(same)).toBe(text);
      }),
    );
  });
});

describe('fieldsAsIn', () => {
  test.each<{ name: string; fields: PersonRecord; person: PersonRecord; taken: PersonRecord }>([
    { name: 'the values of today', fields: { a: 1, b: { c: 2 } }, person: { a: 3, b: { c: 4, d: 5 }, e: 6 }, taken: { a: 3, b: { c: 4 } } },
    { name: 'nothing for what is gone', fields: { a: 1, b: { c: 2 } }, person: { b: { d: 5 } }, taken: {} },
    {
      name: 'a value of another kind whole',
      fields: { a: 1, b: { c: 2 } },
      person: { a: { x: 1 }, b: 'y' },
      taken: { a: { x: 1 }, b: 'y' },
    },
    { name: 'what came into an empty record', fields: { a: {} }, person: { a: { x: 1 } }, taken: { a: { x: 1 } } },
  ])('takes $name', ({ fields, person, taken }) => {
    expect(fieldsAsIn(fields, person)).toEqual(taken);
  });

  test('of a record itself is that record', () => {
    fc.assert(
      fc.property(anyRecord, (person) => {
        expect(JSON.stringify(fieldsAsIn(person, person))).toBe(JSON.stringify(person));
      }),
    );
  });
});
