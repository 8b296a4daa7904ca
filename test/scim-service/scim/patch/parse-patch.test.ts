import { describe, expect, test } from '@jest/globals';
import { printValuePath } from '#common/scim/print.ts';
import { parsePatch, parseWhatFits } from '#scim-service/scim/patch/parse-patch.ts';
import type { PatchOperation } from '#scim-service/scim/patch/patch-operation.ts';
import { ValueProblems } from '#scim-service/scim/value-problems.ts';
import { deepFreeze } from '#test/support/deep-freeze.ts';
import { CORE, CUSTOM, ENTERPRISE, USER_SCHEMAS } from '#test/support/user-schemas.ts';

const SCHEMAS = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];

/** An operation with its path as text, to be compared. */
function written({ path: { schema, extension, attribute, filter, subAttribute }, ...rest }: PatchOperation): unknown {
  const path = printValuePath({
    schema: extension ? schema.id : null,
    attribute: attribute.name,
    filter,
    subAttribute: subAttribute?.name ?? null,
  });
  return { ...rest, path };
}

function parse(...operations: readonly unknown[]): { operations: unknown[]; ignored: readonly string[] } {
  const { operations: parsed, ignored } = parsePatch(deepFreeze({ schemas: SCHEMAS, Operations: operations }), USER_SCHEMAS);
  return { operations: parsed.map(written), ignored };
}

describe('parsePatch', () => {
  test.each([
    {
      name: 'ops in any case (Entra)',
      operation: { op: 'Replace', path: 'title', value: 'x' },
      expected: [{ op: 'replace', path: 'title', value: 'x' }],
    },
    {
      name: 'members in any case',
      operation: { Op: 'ADD', Path: 'title', VALUE: 'x' },
      expected: [{ op: 'add', path: 'title', value: 'x' }],
    },
    {
      name: 'members that the RFC does not have (Microsoft samples)',
      operation: { op: 'add', name: 'addMember', path: 'title', value: 'x', id: 1 },
      expected: [{ op: 'add', path: 'title', value: 'x' }],
    },
    {
      name: 'a value object without a path (Okta)',
      operation: { op: 'replace', value: { active: 'False', Title: null } },
      expected: [
        { op: 'replace', path: 'active', value: false },
        { op: 'replace', path: 'title', value: null },
      ],
    },
    {
      name: 'an empty path is none',
      operation: { op: 'replace', path: '', value: { active: false } },
      expected: [{ op: 'replace', path: 'active', value: false }],
    },
    {
      name: 'paths as keys (Entra with the flag)',
      operation: {
        op: 'replace',
        value: {
          'name.givenName': 'A',
          'emails[type eq "work"].value': 'a@example.com',
          [`${ENTERPRISE}:employeeNumber`]: 7,
          [`${CORE}:title`]: 'T',
        },
      },
      expected: [
        { op: 'replace', path: 'name.givenName', value: 'A' },
        { op: 'replace', path: 'emails[type eq "work"].value', value: 'a@example.com' },
        { op: 'replace', path: `${ENTERPRISE}:employeeNumber`, value: '7' },
        { op: 'replace', path: 'title', value: 'T' },
      ],
    },
    {
      name: 'an object under an extension URN',
      operation: { op: 'replace', value: { [ENTERPRISE]: { department: 'E', costCenter: null, manager: 'b5f2' }, [CORE]: { title: 'T' } } },
      expected: [
        { op: 'replace', path: `${ENTERPRISE}:department`, value: 'E' },
        { op: 'replace', path: `${ENTERPRISE}:costCenter`, value: null },
        { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'b5f2' },
        { op: 'replace', path: 'title', value: 'T' },
      ],
    },
    {
      name: 'an extension URN as path',
      operation: { op: 'add', path: CUSTOM, value: { tag: 'x' } },
      expected: [{ op: 'add', path: `${CUSTOM}:tag`, value: 'x' }],
    },
    {
      name: 'a whole extension removed',
      operation: { op: 'remove', path: ENTERPRISE },
      expected: ['employeeNumber', 'costCenter', 'organization', 'division', 'department', 'manager'].map((name) => ({
        op: 'remove',
        path: `${ENTERPRISE}:${name}`,
      })),
    },
    { name: 'nothing added to an extension', operation: { op: 'add', path: ENTERPRISE, value: {} }, expected: [] },
    {
      name: 'an extension attribute without its URN',
      operation: { op: 'replace', path: 'department', value: 'x' },
      expected: [{ op: 'replace', path: `${ENTERPRISE}:department`, value: 'x' }],
    },
    {
      name: 'an object for a complex attribute, value first',
      operation: { op: 'replace', path: 'manager', value: [{ $ref: '../Users/1', value: '1', displayName: 'Bo' }] },
      expected: [
        { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: '1' },
        { op: 'replace', path: `${ENTERPRISE}:manager.$ref`, value: '../Users/1' },
      ],
    },
    {
      name: 'one value for a value path',
      operation: { op: 'replace', path: 'emails[type eq "work"]', value: [{ value: 'a@example.com' }] },
      expected: [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'a@example.com' } }],
    },
    {
      name: 'a list of values to remove (Entra without the flag)',
      operation: {
        op: 'Remove',
        path: 'roles',
        value: [
          { $ref: null, value: 'A' },
          { value: 'B', type: 'x' },
        ],
      },
      expected: [
        { op: 'remove', path: 'roles[value eq "A"]' },
        { op: 'remove', path: 'roles[value eq "B" and type eq "x"]' },
      ],
    },
    {
      name: 'an address to remove, which has no value',
      operation: { op: 'Remove', path: 'addresses', value: { type: 'work', locality: 'X' } },
      expected: [{ op: 'remove', path: 'addresses[type eq "work" and locality eq "X"]' }],
    },
    { name: 'an empty list of values to remove', operation: { op: 'remove', path: 'roles', value: [] }, expected: [] },
    {
      name: 'null as value of remove is none',
      operation: { op: 'remove', path: 'roles', value: null },
      expected: [{ op: 'remove', path: 'roles' }],
    },
    {
      name: 'a value of remove for one value',
      operation: { op: 'remove', path: 'title', value: 'x' },
      expected: [{ op: 'remove', path: 'title' }],
    },
    { name: 'id is readOnly', operation: { op: 'replace', path: 'id', value: 'x' }, expected: [] },
    { name: 'groups are readOnly', operation: { op: 'add', path: 'groups', value: [{ value: 'g' }] }, expected: [] },
    { name: 'parts of meta are readOnly', operation: { op: 'replace', path: 'meta.created', value: 'x' }, expected: [] },
    { name: "a manager's displayName is readOnly", operation: { op: 'replace', path: 'manager.displayName', value: 'x' }, expected: [] },
    { name: 'schemas follow from the content', operation: { op: 'replace', value: { schemas: [CORE], id: 'x', meta: {} } }, expected: [] },
    { name: 'password (Okta)', operation: { op: 'replace', value: { password: 'x7pq20aa' } }, expected: [] },
  ])('$name', ({ operation, expected }) => {
    expect(parse(operation)).toEqual({ operations: expected, ignored: [] });
  });

  test('no operations are none', () => {
    expect(parsePatch({ schemas: SCHEMAS, Operations: [], id: 'x' }, USER_SCHEMAS)).toEqual({ operations: [], ignored: [] });
  });

  test('unknown attributes are dropped and named without the values of their filter, the rest goes on', () => {
    const { operations, ignored } = parse(
      { op: 'replace', path: 'shoeSize', value: 42 },
      { op: 'replace', path: 'name.petName', value: 'x' },
      { op: 'add', path: 'urn:ietf:params:scim:schemas:extension:other:2.0:User:x', value: 'x' },
      { op: 'replace', path: 'emails[alias eq "a@example.com"].value', value: 'x' },
      { op: 'replace', path: 'pets[name eq "Rex"].kind', value: 'x' },
      { op: 'replace', path: 'name', value: { petName: 'x' } },
      { op: 'add', path: 'emails', value: [{ value: 'a', verified: true }] },
      { op: 'replace', value: { 'not a path': 1, hatSize: 2, title: 'x' } },
      { op: 'remove', path: 'shoeSize' },
    );
    expect(operations).toEqual([
      { op: 'add', path: 'emails', value: [{ value: 'a' }] },
      { op: 'replace', path: 'title', value: 'x' },
    ]);
    expect(ignored).toEqual([
      'shoeSize',
      'name.petName',
      'urn:ietf:params:scim:schemas:extension:other:2.0:User:x',
      'emails.value',
      'pets.kind',
      'emails.verified',
      'not a path',
      'hatSize',
    ]);
  });

  test.each([
    { name: 'a body that is no object', body: 'x', error: [400, 'invalidSyntax', 'The body is "x"'] },
    { name: 'no Operations', body: {}, error: [400, 'invalidSyntax', '"Operations" is nothing, but a list'] },
    { name: 'Operations that are no list', body: { Operations: {} }, error: [400, 'invalidSyntax', '"Operations" is an object'] },
    { name: 'an operation that is no object', body: { Operations: ['x'] }, error: [400, 'invalidSyntax', 'Operations[0] is "x"'] },
    {
      name: 'an unknown op',
      body: {
        Operations: [
          { op: 'add', path: 'title', value: 'x' },
          { op: 'Move', path: 'x' },
        ],
      },
      error: [400, 'invalidSyntax', 'Operations[1]: "op" is "move", but add, replace or remove is expected'],
    },
    {
      name: 'no op',
      body: { Operations: [{ path: 'title', value: 'x' }] },
      error: [400, 'invalidSyntax', 'Operations[0]: "op" is nothing'],
    },
    {
      name: 'a path that is no text',
      body: { Operations: [{ op: 'add', path: 7, value: 'x' }] },
      error: [400, 'invalidPath', '"path" is 7'],
    },
    {
      name: 'a path that cannot be read',
      body: { Operations: [{ op: 'add', path: 'emails[type eq', value: 'x' }] },
      error: [400, 'invalidPath', 'Operations[0]: "path" "emails[type eq" cannot be read: '],
    },
    {
      name: 'a filter that compares what cannot be compared',
      body: { Operations: [{ op: 'add', path: 'emails[primary gt true].value', value: 'x' }] },
      error: [400, 'invalidFilter', 'The filter applies "gt" to primary, which is boolean; eq, ne and pr are accepted'],
    },
    {
      name: 'remove without a path',
      body: { Operations: [{ op: 'remove' }] },
      error: [400, 'noTarget', 'Operations[0]: remove has no "path"'],
    },
    {
      name: 'remove without a path but with a value',
      body: { Operations: [{ op: 'remove', value: { title: 'x' } }] },
      error: [400, 'noTarget', 'Operations[0]: remove has no "path"'],
    },
    {
      name: 'neither path nor object',
      body: { Operations: [{ op: 'replace', value: 'x' }] },
      error: [400, 'invalidValue', 'its "value" is "x"; an object'],
    },
    {
      name: 'no value',
      body: { Operations: [{ op: 'replace', path: 'title' }] },
      error: [400, 'invalidValue', 'replace of "title" has no "value"'],
    },
    {
      name: 'a value of another type',
      body: { Operations: [{ op: 'replace', path: 'emails[type eq "work"].primary', value: 'maybe' }] },
      error: [400, 'invalidValue', 'emails[type eq "work"].primary is "maybe", but true or false is expected'],
    },
    {
      name: 'several values for a value path',
      body: { Operations: [{ op: 'replace', path: 'emails[type eq "work"]', value: [{ value: 'a' }, { value: 'b' }] }] },
      error: [400, 'invalidValue', 'is a list of 2 values, but one object is expected'],
    },
    {
      name: 'more operations than one request may hold',
      body: { Operations: Array.from({ length: 1001 }, () => ({ op: 'remove', path: 'title' })) },
      error: [413, null, '"Operations" is a list of 1001 values; at most 1000'],
    },
  ])('$name is refused', ({ body, error: [status, scimType, message] }) => {
    const run = (): unknown => parsePatch(body, USER_SCHEMAS);
    expect(run).toThrow(expect.objectContaining({ status, scimType, message: expect.stringContaining(String(message)) }));
  });

  test('all values of another type are told at once, and the summary has neither them nor those of a filter', () => {
    const problems = new ValueProblems();
    const operations = [
      { op: 'replace', path: 'emails[value eq "ann@example.com"].primary', value: 'maybe' },
      { op: 'add', path: 'roles', value: [{ value: 'A' }, { value: { x: 1 } }] },
      { op: 'replace', path: 'name', value: { givenName: { a: 1 }, familyName: 'Doe' } },
      { op: 'add', path: 'emails[type eq "work"]', value: [{ value: 'a' }, { value: 'b' }] },
      { op: 'remove', path: 'roles', value: [{ value: { x: 1 } }] },
      { op: 'replace', value: { [`${CUSTOM}:badge`]: 'A-17', title: 'Dr.' } },
      { op: 'replace', path: CUSTOM, value: { onSite: 7 } },
      { op: 'replace', path: 'active', value: 'maybe' },
    ];
    const { operations: parsed, ignored } = parseWhatFits({ Operations: operations }, USER_SCHEMAS, problems);
    expect({ operations: parsed.map(written), ignored }).toEqual({
      operations: [
        { op: 'add', path: 'roles', value: [{ value: 'A' }] },
        { op: 'replace', path: 'name.familyName', value: 'Doe' },
        { op: 'replace', path: 'title', value: 'Dr.' },
      ],
      ignored: [],
    });
    expect(problems.error().message.split('; ')).toEqual([
      'emails[value eq "ann@example.com"].primary is "maybe", but true or false is expected',
      'roles[1].value is an object, but a string is expected',
      'name.givenName is an object, but a string is expected',
      expect.stringMatching(/^emails\[type eq "work"\] is a list of 2 values, but one object is expected, with value/),
      'Operations[4][0].value is an object, but a string is expected',
      `${CUSTOM}:badge is "A-17", but a whole number is expected`,
      `${CUSTOM}:onSite is 7, but true or false is expected`,
      'active is "maybe", but true or false is expected',
    ]);
    expect(problems.error().summary?.split('; ')).toEqual([
      'attribute "emails.primary" is not of type boolean',
      'attribute "roles.value" is not of type string',
      'attribute "name.givenName" is not of type string',
      'attribute "emails" is not of type complex',
      'attribute "roles.value" is not of type string',
      `attribute "${CUSTOM}:badge" is not of type integer`,
      `attribute "${CUSTOM}:onSite" is not of type boolean`,
      'attribute "active" is not of type boolean',
    ]);
    expect(() => parsePatch({ Operations: operations }, USER_SCHEMAS)).toThrow(problems.error().message);
  });

  test('no summary has what the client wrote', () => {
    const secret = 'ann@example.com';
    const bodies = [
      secret,
      { Operations: secret },
      { Operations: [secret] },
      { Operations: [{ op: secret }] },
      { Operations: [{ op: 'add', path: [secret] }] },
      { Operations: [{ op: 'add', path: `emails[value eq "${secret}` }] },
      { Operations: [{ op: 'add', path: `emails[value eq "${secret}"].value` }] },
      { Operations: [{ op: 'add', path: `emails[primary eq "${secret}"].value`, value: 'x' }] },
      { Operations: [{ op: 'add', value: secret }] },
      { Operations: [{ op: 'remove', value: secret }] },
      { Operations: [{ op: 'add', path: 'active', value: secret }] },
      { Operations: [{ op: 'add', path: `emails[value eq "${secret}${'x'.repeat(200)}"].primary`, value: secret }] },
    ];
    for (const body of bodies) {
      expect(() => parsePatch(body, USER_SCHEMAS)).toThrow(expect.objectContaining({ summary: expect.not.stringContaining(secret) }));
    }
  });

  test('operations are frozen', () => {
    const { operations } = parsePatch({ Operations: [{ op: 'add', path: 'title', value: 'x' }] }, USER_SCHEMAS);
    expect([operations, ...operations].every(Object.isFrozen)).toBe(true);
  });
});
