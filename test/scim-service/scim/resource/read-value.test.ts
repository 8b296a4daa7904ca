import { describe, expect, test } from '@jest/globals';
import { findAttribute, findExtension } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { REFUSED, type Misfit } from '#scim-service/scim/misfit.ts';
import { readAttributeValue, readValue } from '#scim-service/scim/resource/read-value.ts';
import { deepFreeze } from '#test/support/deep-freeze.ts';
import { CUSTOM, ENTERPRISE, SCHEMAS_WITH_TAGS, TAGS } from '#test/support/user-schemas.ts';

function definitionOf(name: string): AttributeDefinition {
  const colon = name.lastIndexOf(':');
  const attributes = colon === -1 ? SCHEMAS_WITH_TAGS.core.attributes : findExtension(SCHEMAS_WITH_TAGS, name.slice(0, colon))!.attributes;
  return findAttribute(attributes, name.slice(colon + 1))!;
}

describe('readAttributeValue', () => {
  test.each([
    ['text stays as it is, spaces and all', 'title', ' Engineer ', ' Engineer '],
    ['a number becomes text where text belongs', `${ENTERPRISE}:employeeNumber`, 99999, '99999'],
    ['Boolean text is a Boolean', 'active', 'False', false],
    ['Boolean text in any case', 'active', ' tRUE ', true],
    ['an integer as text', `${CUSTOM}:badge`, '4711', 4711],
    ['a negative integer', `${CUSTOM}:badge`, -1, -1],
    ['a decimal as text', `${CUSTOM}:grade`, '1.50', 1.5],
    ['a decimal with an exponent', `${CUSTOM}:grade`, '1e3', 1000],
    ['a date-time keeps the spelling of the client', `${CUSTOM}:hiredAt`, '2026-01-31T12:00:00.000+01:00', '2026-01-31T12:00:00.000+01:00'],
    ['a date alone', `${CUSTOM}:hiredAt`, '2026-01-31', '2026-01-31'],
    ['a reference', 'profileUrl', 'https://example.com/a', 'https://example.com/a'],
    ['a certificate in lines of Base64', 'x509Certificates', [{ value: 'TUlJ\nRA==' }], [{ value: 'TUlJ\nRA==' }]],
    ['one object for a list (OneLogin)', 'emails', { value: 'a@example.com' }, [{ value: 'a@example.com' }]],
    ['bare values in a list', 'emails', ['a@example.com', ''], [{ value: 'a@example.com' }]],
    [
      'equal values once',
      'emails',
      [
        { value: 'a', type: 'work' },
        { type: 'work', value: 'a' },
        { value: 'a', type: 'home' },
      ],
      [
        { value: 'a', type: 'work' },
        { value: 'a', type: 'home' },
      ],
    ],
    [
      'a label of nothing is nothing',
      'phoneNumbers',
      [
        { type: 'work', value: null },
        { type: 'mobile', value: '1' },
      ],
      [{ type: 'mobile', value: '1' }],
    ],
    ['a label alone stays when nothing was cleared', 'phoneNumbers', [{ type: 'work', primary: true }], [{ type: 'work', primary: true }]],
    ['objects around plain values of a list', `${TAGS}:tags`, [{ value: 'a' }, 'b', 'b'], ['a', 'b']],
    ['one plain value for a list', `${TAGS}:tags`, 'a', ['a']],
    ['a role whose name begins with a brace', 'roles', [{ value: '{Admin' }], [{ value: '{Admin' }]],
    ['JSON text that is no role', 'roles', [{ value: '{"id":1}' }], [{ value: '{"id":1}' }]],
    [
      'display before the displayName of the JSON text',
      'roles',
      [{ display: 'Own', value: '{"value":"A","displayName":"B"}' }],
      [{ value: 'A', display: 'Own' }],
    ],
    ['an email that looks like a role', 'emails', [{ value: '{"value":"A"}' }], [{ value: '{"value":"A"}' }]],
    ['null', 'title', null, null],
    ['empty text', 'title', '', null],
    ['an empty list', 'emails', [], null],
    ['a list of nothing', 'emails', [null, '', {}], null],
    ['a list of null for one value', 'title', [null], null],
    ['an empty object', 'name', {}, null],
    ['an object of nothing', 'name', { givenName: '', familyName: null }, null],
    ['a manager cleared by the validator', `${ENTERPRISE}:manager`, { value: '' }, null],
    ['a manager whose URI is left', `${ENTERPRISE}:manager`, { value: '', $ref: '../Users/1' }, null],
  ])('%s', (_name, attribute, value, expected) => {
    expect(readAttributeValue(definitionOf(attribute), deepFreeze(value), attribute)).toEqual(expected);
  });

  test.each([
    ['a Boolean for text', 'title', true, 'title is true, but a string is expected'],
    ['a number that JSON has rounded', 'title', 2 ** 60, 'but a string is expected'],
    ['an object without value', 'title', { a: 1 }, 'title is an object, but a string is expected'],
    ['a number for a Boolean', 'active', 1, 'active is 1, but true or false is expected'],
    ['text for an integer', `${CUSTOM}:badge`, '47a', `${CUSTOM}:badge is "47a", but a whole number is expected`],
    ['an integer beyond the safe ones', `${CUSTOM}:badge`, '9999999999999999', 'but a whole number is expected'],
    ['text for a decimal', `${CUSTOM}:grade`, 'NaN', 'but a number is expected'],
    [
      'a month that does not exist',
      `${CUSTOM}:hiredAt`,
      '2026-13-01T00:00:00Z',
      'but a date-time such as "2026-01-31T12:00:00Z" is expected',
    ],
    ['a number for a date', `${CUSTOM}:hiredAt`, 1700000000, 'but a date-time'],
    [
      'text that is not Base64',
      'x509Certificates',
      [{ value: '!!' }],
      'x509Certificates[0].value is "!!", but a string in Base64 is expected',
    ],
    [
      'a list in a list',
      'emails',
      [[['a'], ['b']]],
      'emails[0] is a list of 2 values, but one object is expected, with value, display, type, primary',
    ],
    [
      'text where no sub-attribute is the main one',
      'addresses',
      ['1 Way'],
      'addresses[0] is "1 Way", but one object is expected, with formatted',
    ],
  ])('%s is refused', (_name, attribute, value, message) => {
    const read = (): unknown => readAttributeValue(definitionOf(attribute), value, attribute);
    expect(read).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue', message: expect.stringContaining(message) }));
  });

  test('a hundred thousand values are read in a moment', () => {
    const roles = Array.from({ length: 100_000 }, (_, index) => ({ value: `${index % 50_000}` }));
    const started = performance.now();
    expect(readAttributeValue(definitionOf('roles'), roles, 'roles')).toHaveLength(50_000);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('readValue', () => {
  /** What is read, and what isn't taken. */
  function noted(attribute: string, value: unknown): { read: unknown; ignored: string[]; misfits: string[] } {
    const ignored: string[] = [];
    const misfits: Misfit[] = [];
    const notes = { onIgnored: (path: string) => ignored.push(path), onMisfit: (misfit: Misfit) => misfits.push(misfit) };
    const read = readValue(definitionOf(attribute), deepFreeze(value), attribute, notes);
    return { read, ignored, misfits: misfits.map(({ path, isNot }) => `${path} ${isNot}`) };
  }

  test('names an unknown sub-attribute without its place in the list', () => {
    expect(noted('emails', [{ value: 'a' }, { value: 'b', x: 1 }])).toEqual({
      read: [{ value: 'a' }, { value: 'b' }],
      ignored: ['emails.x'],
      misfits: [],
    });
  });

  test.each<{ name: string; attribute: string; value: unknown; read: unknown; misfits: string[] }>([
    { name: 'a plain value', attribute: 'title', value: true, read: REFUSED, misfits: ['title is not of type string'] },
    {
      name: 'each of a list, and keeps the others',
      attribute: 'emails',
      value: [{ value: 'a' }, { primary: 'perhaps', value: { x: 1 } }, ['b', 'c'], { value: 'd', primary: 7 }],
      read: [{ value: 'a' }, { value: 'd' }],
      misfits: [
        'emails[1].primary is not of type boolean',
        'emails[1].value is not of type string',
        'emails[2] is not of type complex',
        'emails[3].primary is not of type boolean',
      ],
    },
    {
      name: 'all of a list',
      attribute: 'emails',
      value: [{ value: true }],
      read: REFUSED,
      misfits: ['emails[0].value is not of type string'],
    },
    {
      name: 'each of a complex value, and keeps what clears the others',
      attribute: 'name',
      value: { givenName: { a: 1 }, familyName: [1, 2], middleName: '' },
      read: REFUSED,
      misfits: ['name.givenName is not of type string', 'name.familyName is not of type string'],
    },
    {
      name: 'the value of what is not only a label then',
      attribute: 'phoneNumbers',
      value: [{ type: 'work', value: { a: 1 }, display: null }],
      read: [{ type: 'work' }],
      misfits: ['phoneNumbers[0].value is not of type string'],
    },
  ])('tells of $name', ({ attribute, value, read, misfits }) => {
    expect(noted(attribute, value)).toEqual({ read, ignored: [], misfits });
  });
});
