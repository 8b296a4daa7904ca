import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readResource, readWhatFits } from '#scim-service/scim/resource/read-resource.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { ValueProblems } from '#scim-service/scim/value-problems.ts';
import { deepFreeze } from '#test/support/deep-freeze.ts';
import { CORE, CUSTOM, ENTERPRISE, USER_SCHEMAS } from '#test/support/user-schemas.ts';

const SCHEMAS = [CORE, ENTERPRISE];

interface Case {
  readonly name: string;
  readonly reason: string;
  readonly body: unknown;
  readonly resource: unknown;
  readonly ignored?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'create-user-basic',
    reason: 'Entra declares the enterprise schema without sending any of it, and an empty list of roles',
    body: {
      schemas: SCHEMAS,
      externalId: '3f9d2c10-5a44-4b7e-9d0a-6a1b2c3d4e5f',
      userName: 'alice.doe@example.com',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'alice.doe@example.com' }],
      meta: { resourceType: 'User' },
      name: { formatted: 'Alice Doe', familyName: 'Doe', givenName: 'Alice' },
      roles: [],
    },
    resource: {
      externalId: '3f9d2c10-5a44-4b7e-9d0a-6a1b2c3d4e5f',
      userName: 'alice.doe@example.com',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'alice.doe@example.com' }],
      name: { formatted: 'Alice Doe', familyName: 'Doe', givenName: 'Alice' },
    },
  },
  {
    name: 'manager as text',
    reason: 'Entra sends the id alone, and reads back an object only',
    body: { userName: 'a', [ENTERPRISE]: { employeeNumber: 'E-1001', manager: 'b5f2' } },
    resource: { userName: 'a', [ENTERPRISE]: { employeeNumber: 'E-1001', manager: { value: 'b5f2' } } },
  },
  {
    name: 'manager as object',
    reason: 'the validator; displayName of a manager is readOnly',
    body: { userName: 'a', [ENTERPRISE]: { manager: { value: 'b5f2', displayName: 'Bo', $ref: null } } },
    resource: { userName: 'a', [ENTERPRISE]: { manager: { value: 'b5f2' } } },
  },
  {
    name: 'create-user-postman-pascal-case',
    reason: 'names are compared without regard to case (RFC 7643 section 2.1) and answered in canonical case',
    body: {
      UserName: 'pm.one',
      Active: true,
      EMAILS: [{ Primary: true, TYPE: 'work', Value: 'pm@example.com' }],
      NAME: { GivenName: 'PM' },
    },
    resource: {
      userName: 'pm.one',
      active: true,
      emails: [{ primary: true, type: 'work', value: 'pm@example.com' }],
      name: { givenName: 'PM' },
    },
  },
  {
    name: 'unmapped values as null',
    reason: 'RFC 7643 section 2.5; the old example of Entra sends them, some outside their schema',
    body: {
      userName: 'a',
      title: null,
      addresses: null,
      phoneNumbers: [null],
      name: { givenName: null },
      department: null,
      manager: null,
      nickName: '',
    },
    resource: { userName: 'a' },
  },
  {
    name: 'an extension that schemas does not list',
    reason: 'Entra leaves out the URN of custom extensions',
    body: { schemas: [CORE], userName: 'a', [CUSTOM]: { tag: 'x', badge: '4711' } },
    resource: { userName: 'a', [CUSTOM]: { tag: 'x', badge: 4711 } },
  },
  {
    name: 'URN in other case',
    reason: 'URNs are compared without regard to case, and answered as registered',
    body: { userName: 'a', [ENTERPRISE.toUpperCase()]: { DEPARTMENT: 'Sales' } },
    resource: { userName: 'a', [ENTERPRISE]: { department: 'Sales' } },
  },
  {
    name: 'unknown attributes and extensions',
    reason: 'accepted and dropped, and the admin is told',
    body: {
      userName: 'a',
      shoeSize: 42,
      name: { givenName: 'A', petName: 'B' },
      emails: [{ value: 'a@example.com', verified: true }],
      [ENTERPRISE]: { building: 7 },
      'urn:ietf:params:scim:schemas:extension:other:2.0:User': { x: 1 },
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { department: 'x' },
    },
    resource: { userName: 'a', name: { givenName: 'A' }, emails: [{ value: 'a@example.com' }] },
    ignored: [
      'shoeSize',
      'name.petName',
      'emails.verified',
      `${ENTERPRISE}:building`,
      'urn:ietf:params:scim:schemas:extension:other:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0User',
    ],
  },
  {
    name: 'okta-create-user',
    reason: 'Okta always sends a password and groups; neither is the client to write here, nor are id and meta',
    body: { id: '23a3', userName: 'a', groups: [{ value: 'g' }], password: 'x7pq20aa', meta: { version: 'W/"1"' }, locale: 'en-US' },
    resource: { userName: 'a', locale: 'en-US' },
  },
  {
    name: 'roles of AppRoleAssignmentsComplex',
    reason: 'several values of one type, displayName for display, and a whole role as JSON text',
    body: {
      userName: 'a',
      roles: [
        { primary: 'False', type: 'WindowsAzureActiveDirectoryRole', display: 'Admin', value: 'Admin' },
        { primary: false, type: 'WindowsAzureActiveDirectoryRole', displayName: 'Member', value: 'User' },
        { value: '{"id":"6c1f","value":"Audit","displayName":"Auditor"}' },
      ],
    },
    resource: {
      userName: 'a',
      roles: [
        { primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'Admin', value: 'Admin' },
        { primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'Member', value: 'User' },
        { value: 'Audit', display: 'Auditor' },
      ],
    },
  },
  {
    name: 'paths as keys',
    reason: 'as in the path-less PATCH of Entra with the flag',
    body: {
      userName: 'a',
      'name.givenName': 'Ann',
      name: { familyName: 'Doe' },
      'Name.Formatted': 'Ann Doe',
      [`${ENTERPRISE}:department`]: 'Sales',
      [`${ENTERPRISE}:manager.value`]: 'b5f2',
      [ENTERPRISE]: { division: 'North' },
      costCenter: 'C1',
      [CORE]: { title: 'Engineer' },
      [`${CORE}:nickName`]: 'Annie',
    },
    resource: {
      userName: 'a',
      name: { givenName: 'Ann', familyName: 'Doe', formatted: 'Ann Doe' },
      [ENTERPRISE]: { department: 'Sales', manager: { value: 'b5f2' }, division: 'North', costCenter: 'C1' },
      title: 'Engineer',
      nickName: 'Annie',
    },
  },
  {
    name: 'wrapped plain values',
    reason: 'the old Microsoft library',
    body: { userName: ['a'], title: [{ $ref: null, value: 'Engineer' }], displayName: { value: 'A' }, active: ['True'] },
    resource: { userName: 'a', title: 'Engineer', displayName: 'A', active: true },
  },
  {
    name: 'two primary values',
    reason: 'RFC 7643 section 2.4 allows one',
    body: {
      userName: 'a',
      emails: [
        { value: 'a@example.com', primary: true },
        { value: 'b@example.com', primary: true },
      ],
    },
    resource: {
      userName: 'a',
      emails: [
        { value: 'a@example.com', primary: true },
        { value: 'b@example.com', primary: false },
      ],
    },
  },
];

describe('readResource', () => {
  test.each(CASES)('$name: $reason', ({ body, resource, ignored = [] }) => {
    expect(readResource(deepFreeze(body), USER_SCHEMAS)).toEqual({ resource, ignored });
  });

  test.each([
    { name: 'a list', body: [], scimType: 'invalidSyntax', detail: 'The body is a list of 0 values' },
    { name: 'null', body: null, scimType: 'invalidSyntax', detail: 'The body is null' },
    { name: 'text', body: 'x', scimType: 'invalidSyntax', detail: 'The body is "x"' },
    {
      name: 'active is no Boolean',
      body: { active: 'maybe' },
      scimType: 'invalidValue',
      detail: 'active is "maybe", but true or false is expected',
    },
    {
      name: 'a sub-attribute of another type',
      body: { name: { givenName: { a: 1 } } },
      scimType: 'invalidValue',
      detail: 'name.givenName is an object',
    },
    {
      name: 'several values for one',
      body: { title: ['a', 'b'] },
      scimType: 'invalidValue',
      detail: 'title is a list of 2 values, but a string',
    },
    {
      name: 'a value in a list',
      body: { emails: [{ value: 'a' }, { primary: 'perhaps' }] },
      scimType: 'invalidValue',
      detail: 'emails[1].primary is "perhaps"',
    },
    { name: 'a long value', body: { active: 'x'.repeat(500) }, scimType: 'invalidValue', detail: `active is "${'x'.repeat(59)}…", but` },
    { name: 'an extension that is text', body: { [ENTERPRISE]: 'x' }, scimType: 'invalidValue', detail: `${ENTERPRISE} is "x"` },
    {
      name: 'an integer with a fraction',
      body: { [CUSTOM]: { badge: 1.5 } },
      scimType: 'invalidValue',
      detail: `${CUSTOM}:badge is 1.5, but a whole number`,
    },
    {
      name: 'a date that is none',
      body: { [CUSTOM]: { hiredAt: '2026-02-31x' } },
      scimType: 'invalidValue',
      detail: `${CUSTOM}:hiredAt is "2026-02-31x"`,
    },
    {
      name: 'plain text for a name',
      body: { name: 'Ann' },
      scimType: 'invalidValue',
      detail: 'name is "Ann", but one object is expected, with formatted',
    },
  ])('$name is refused as $scimType', ({ body, scimType, detail }) => {
    expect(failure(() => readResource(body, USER_SCHEMAS))).toMatchObject({
      status: 400,
      scimType,
      message: expect.stringContaining(detail),
    });
  });

  test('all values of another type are told at once, and the summary has none of them', () => {
    const body = {
      userName: { a: 1 },
      active: 'maybe',
      name: { givenName: [1, 2], familyName: 'Doe' },
      emails: [{ value: 'secret@example.com', primary: 'perhaps' }],
      [ENTERPRISE]: 'secret',
      [CUSTOM]: { badge: 'A-17', tag: 'x' },
    };
    expect(failure(() => readResource(body, USER_SCHEMAS))).toMatchObject({
      message: [
        'userName is an object, but a string is expected',
        'active is "maybe", but true or false is expected',
        'name.givenName is a list of 2 values, but a string is expected',
        'emails[0].primary is "perhaps", but true or false is expected',
        `${ENTERPRISE} is "secret", but an object with its attributes is expected`,
        `${CUSTOM}:badge is "A-17", but a whole number is expected`,
      ].join('; '),
      summary: [
        'attribute "userName" is not of type string',
        'attribute "active" is not of type boolean',
        'attribute "name.givenName" is not of type string',
        'attribute "emails.primary" is not of type boolean',
        `extension "${ENTERPRISE}" is not an object with its attributes`,
        `attribute "${CUSTOM}:badge" is not of type integer`,
      ].join('; '),
      reason: null,
    });
  });

  test('what fits is read beside what does not', () => {
    const problems = new ValueProblems();
    const body = {
      userName: 'a',
      active: 'maybe',
      name: { givenName: {}, familyName: 'Doe', honorificPrefix: [1, 2] },
      [CUSTOM]: [1],
      shoeSize: 7,
    };
    expect(readWhatFits(body, USER_SCHEMAS, problems)).toEqual({
      resource: { userName: 'a', name: { familyName: 'Doe' } },
      ignored: ['shoeSize'],
    });
    expect(problems.count).toBe(3);
  });

  test('a body nested deeper than any resource is refused rather than read', () => {
    const body: unknown = JSON.parse(`{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
    expect(failure(() => readResource(body, USER_SCHEMAS))).toMatchObject({ status: 400, scimType: 'invalidSyntax' });
  });

  test('keys that mean something to JavaScript are attribute names like others', () => {
    const body: unknown = JSON.parse(
      `{"userName":"a","__proto__":{"admin":true},"hasOwnProperty":{"prototype":{"admin":true}},"name":{"__proto__":{"givenName":"x"}},"${CUSTOM}":{"constructor":"c","toString":"t"}}`,
    );
    const { resource, ignored } = readResource(body, USER_SCHEMAS);
    expect(JSON.parse(JSON.stringify(resource))).toEqual({ userName: 'a', [CUSTOM]: { constructor: 'c' } });
    expect(ignored).toEqual(['__proto__', 'hasOwnProperty', 'name.__proto__', `${CUSTOM}:toString`]);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
  });

  test('a password is in no message and in no result', () => {
    expect(JSON.stringify(readResource({ userName: 'a', password: { secret: 1 } }, USER_SCHEMAS))).not.toContain('secret');
  });

  test('the list of ignored paths stays short whatever the body holds', () => {
    const body = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`unknown${index}`.padEnd(500, 'x'), index]));
    const { ignored } = readResource(body, USER_SCHEMAS);
    expect(ignored).toHaveLength(100);
    expect(Math.max(...ignored.map((path) => path.length))).toBe(200);
  });

  test('any JSON gives a resource or a ScimError', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), userLike()), (body) => {
        const outcome = failure(() => readResource(body, USER_SCHEMAS));
        expect(outcome === null || outcome instanceof ScimError).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('a resource that was read is read again as it is', () => {
    fc.assert(
      fc.property(userLike(), (body) => {
        const first = read(body);
        fc.pre(first !== null);
        expect(readResource(first, USER_SCHEMAS)).toEqual({ resource: first, ignored: [] });
      }),
      { numRuns: 1000 },
    );
  });
});

function read(body: unknown): unknown {
  try {
    return readResource(body, USER_SCHEMAS).resource;
  } catch (error) {
    if (error instanceof ScimError) return null;
    throw error;
  }
}

function failure(run: () => unknown): unknown {
  try {
    run();
    return null;
  } catch (error) {
    return error;
  }
}

/** Objects with names of the schemas and values of all kinds. */
function userLike(): fc.Arbitrary<unknown> {
  const leaf = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.constantFrom(null, '', 'True', 'false', '7', '{"value":"x"}', '2026-01-01'),
  );
  const { any } = fc.letrec<{ any: unknown; object: unknown }>((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, leaf, tie('object'), fc.array(tie('any'), { maxLength: 3 })),
    object: fc.dictionary(
      fc.constantFrom(
        'value',
        'type',
        'primary',
        'display',
        'displayName',
        'givenName',
        '$ref',
        'department',
        'manager',
        'tag',
        'hiredAt',
        'x',
        '__proto__',
      ),
      tie('any'),
      { maxKeys: 4 },
    ),
  }));
  const keys = [
    'userName',
    'Active',
    'name',
    'emails',
    'roles',
    'addresses',
    'name.givenName',
    ENTERPRISE,
    CUSTOM,
    CORE,
    `${ENTERPRISE}:manager`,
    'photos',
    'x509Certificates',
    '__proto__',
  ];
  return fc.dictionary(fc.constantFrom(...keys), any, { maxKeys: 6 });
}
