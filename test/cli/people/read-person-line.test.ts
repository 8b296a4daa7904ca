import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readPersonLine, type PersonLine } from '#cli/people/read-person-line.ts';

const BAD_ID = 'has an "id" that can\'t be one; write a text of 1 to 128 letters, digits, ".", "_", "~" and "-", such as a UUID';

describe('readPersonLine', () => {
  test.each<[string, string, PersonLine]>([
    ['a bare record', '{"email":"a@x.example","n":1.5,"ok":true}', { id: null, person: { email: 'a@x.example', n: 1.5, ok: true } }],
    ['a record with an id beside it', '{"id":"u-1","person":{"email":"a"}}', { id: 'u-1', person: { email: 'a' } }],
    ['a wrapped record without an id', '{"person":{"email":"a"}}', { id: null, person: { email: 'a' } }],
    ['a null for an id', '{"id":null,"person":{"email":"a"}}', { id: null, person: { email: 'a' } }],
    ['an id that is a field of the record', '{"id":"7","email":"a"}', { id: null, person: { id: '7', email: 'a' } }],
    ['a field named person', '{"person":"Kim","id":"7"}', { id: null, person: { person: 'Kim', id: '7' } }],
    ['a field named person among others', '{"person":{"name":"Kim"},"age":3}', { id: null, person: { person: { name: 'Kim' }, age: 3 } }],
    ['nulls are left out', '{"a":null,"b":{"c":null,"d":[null,1]}}', { id: null, person: { b: { d: [1] } } }],
    ['-0 is 0', '{"a":-0}', { id: null, person: { a: 0 } }],
    ['half of a character is mended', String.raw`{"a":"x\ud83d"}`, { id: null, person: { a: 'x\ufffd' } }],
    ['no JSON', 'email: a', { problem: 'is not JSON; write one object on each line' }],
    ['a list', '[{"a":1}]', { problem: 'is not a JSON object' }],
    ['null', 'null', { problem: 'is not a JSON object' }],
    ['nothing of it left', '{"a":null}', { problem: 'has no field with a value' }],
    ['a number for an id', '{"id":7,"person":{"a":1}}', { problem: BAD_ID }],
    ['a path for an id', '{"id":"../x","person":{"a":1}}', { problem: BAD_ID }],
    [
      'a number beyond what is exact',
      '{"a":{"b":[12345678901234567890]}}',
      { problem: 'has a number in "a.b[]" that can\'t be kept exactly; write it as text' },
    ],
    ['a number beyond all', '{"a":1e999}', { problem: 'has a number in "a" that can\'t be kept exactly; write it as text' }],
    [
      'a dot in a name',
      '{"a":{"b.c":1}}',
      { problem: 'has a field in "a" whose name can\'t be one; write 1 to 200 characters without a dot' },
    ],
    ['no name', '{"":1}', { problem: "has a field whose name can't be one; write 1 to 200 characters without a dot" }],
    [
      'a name that is none',
      '{"__proto__":{"a":1}}',
      { problem: "has a field whose name can't be one; write 1 to 200 characters without a dot" },
    ],
    [
      'a name that is data',
      '{"kim@x":{"":1}}',
      { problem: 'has a field in "?" whose name can\'t be one; write 1 to 200 characters without a dot' },
    ],
    ['too long a list', `{"a":[${'1,'.repeat(5_000)}1]}`, { problem: 'has 5001 values in "a"; at most 5000 are kept' }],
    ['too deep', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, { problem: 'nests deeper than 32 levels' }],
    ['far too deep', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, { problem: 'nests deeper than 32 levels' }],
    ['too large', `{"a":"${'x'.repeat(131_072)}"}`, { problem: 'has a record of 131080 characters; at most 131072 are kept' }],
  ])('%s', (_, text, line) => {
    expect(readPersonLine(text)).toEqual(line);
  });

  test('a deep record that is kept is kept whole', () => {
    const text = `${'{"a":'.repeat(32)}1${'}'.repeat(32)}`;
    const line = readPersonLine(text);
    expect('person' in line && JSON.stringify(line.person)).toBe(text);
  });

  test('any text is read or refused, a record as it will be read the next time, and no problem tells a value', () => {
    const secret = 'S3CRET';
    const json = fc.oneof(
      fc.json(),
      fc.object({ values: [fc.constant(secret), fc.double(), fc.constant(null)] }).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(json, (text) => {
        const line = readPersonLine(text);
        if ('problem' in line) expect(line.problem).not.toContain(secret);
        else expect(readPersonLine(JSON.stringify({ id: 'a', person: line.person }))).toEqual({ id: 'a', person: line.person });
      }),
    );
  });
});
