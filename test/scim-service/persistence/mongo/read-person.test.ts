import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import mongoose from 'mongoose';
import { sameJson } from '#scim-service/domain/same-json.ts';
import type { PersonRecord } from '#scim-service/domain/stored-user.ts';
import { encodeKeys } from '#scim-service/persistence/mongo/key-encoding.ts';
import { readPerson } from '#scim-service/persistence/mongo/read-person.ts';

const { BSON } = mongoose.mongo;
const { Binary, Code, DBRef, Decimal128, Double, Int32, Long, MaxKey, ObjectId, Timestamp, UUID } = BSON;

/** As it comes from the database. */
function stored(value: unknown): unknown {
  return BSON.deserialize(BSON.serialize({ value }, { ignoreUndefined: false }))['value'];
}

describe('a value that the product wrote', () => {
  test.each<[string, unknown, unknown]>([
    ['a text', 'Ann', 'Ann'],
    ['an empty text', '', ''],
    ['a boolean', false, false],
    ['an Int32', new Int32(7), 7],
    ['a Double', new Double(1.5), 1.5],
    ['a Double that is whole', new Double(7), 7],
    ['a Long that a number holds', Long.fromString('9007199254740991'), 9_007_199_254_740_991],
    ['a Long that no number holds', Long.fromString('9223372036854775807'), '9223372036854775807'],
    ['a Decimal128', Decimal128.fromString('12.50'), '12.50'],
    ['what is no number', Number.NaN, 'NaN'],
    ['what is beyond numbers', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a date', new Date('2019-03-01T08:00:00.007Z'), '2019-03-01T08:00:00.007Z'],
    ['an ObjectId', new ObjectId('65f1c0ffee65f1c0ffee65f1'), '65f1c0ffee65f1c0ffee65f1'],
    ['a UUID', new UUID('8f14e45f-ceea-467f-a8d8-8b4f1c0ffee0'), '8f14e45f-ceea-467f-a8d8-8b4f1c0ffee0'],
    ['binary data', new Binary(Buffer.from('secret')), 'c2VjcmV0'],
    ['a pattern', /^a+$/i, '/^a+$/i'],
    ['a point in the log', new Timestamp({ t: 1, i: 2 }), '4294967298'],
    ['code', new Code('x => x'), '{"$code":"x => x"}'],
    ['the greatest value', new MaxKey(), '{"$maxKey":1}'],
    [
      'a reference',
      new DBRef('places', new ObjectId('65f1c0ffee65f1c0ffee65f1')),
      '{"$ref":"places","$id":{"$oid":"65f1c0ffee65f1c0ffee65f1"}}',
    ],
    ['a list', ['a', 1, null, new Date(0), [undefined, true]], ['a', 1, '1970-01-01T00:00:00.000Z', [true]]],
    [
      'a record',
      { since: new Date(0), none: null, deep: { id: Long.MAX_VALUE } },
      { since: '1970-01-01T00:00:00.000Z', deep: { id: '9223372036854775807' } },
    ],
    ['an empty record', {}, {}],
  ])('is kept as a value of a record: %s', (_, value, expected) => {
    expect(readPerson({ field: stored(value), other: 1 })).toStrictEqual({ field: expected, other: 1 });
  });

  test.each([null, undefined])('is nothing when it is %s', (value) => {
    expect(readPerson({ field: stored(value), other: 1 })).toStrictEqual({ other: 1 });
  });

  test('that is a date beyond ISO text does no harm', () => {
    const date = new Date(Number.NaN);
    expect(readPerson({ field: date })).toStrictEqual({ field: 'Invalid Date' });
  });
});

describe('a record', () => {
  test.each([[null], [undefined], ['Ann'], [7], [[{ login: 'ann' }]], [new Date(0)], [new ObjectId()], [/a/]])(
    'that is %p is empty',
    (value) => {
      expect(readPerson(value)).toStrictEqual({});
    },
  );

  test('has the names that were encoded, and those of the product as they are', () => {
    expect(readPerson({ 'a%2Eb': { '%24set': 1 }, '100%': 2, $x: 3 })).toStrictEqual({ 'a.b': { $set: 1 }, '100%': 2, $x: 3 });
  });

  test('that this program wrote comes back as it was', () => {
    const record = fc.letrec<{ value: unknown; record: PersonRecord }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.array(tie('value')),
        tie('record'),
      ),
      record: fc.dictionary(fc.string(), tie('value')) as fc.Arbitrary<PersonRecord>,
    })).record;
    fc.assert(
      fc.property(record, (person) => {
        const read = readPerson(stored(encodeKeys(person)));
        expect(sameJson(read, person)).toBe(true);
      }),
    );
  });

  test('is the same however often it is read', () => {
    const value = stored({ a: new Date(1), b: [Decimal128.fromString('1E+3'), new UUID()], c: { d: Number.NaN } });
    expect(sameJson(readPerson(value), readPerson(value))).toBe(true);
  });
});
