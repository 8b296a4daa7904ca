import { describe, expect, test } from '@jest/globals';
import type { MappingRule } from '#common/tenant-config.ts';
import { readUser } from '#scim-service/domain/read-user.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { userResource } from '#scim-service/domain/user-resource.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { CUSTOM, ENTERPRISE } from '#test/support/user-schemas.ts';

/** What a lone-worker product demands of everybody. */
const MANDATORY = [
  aRule('userName', 'login', { required: true }),
  aRule('name.givenName', 'firstName', { required: true }),
  aRule('name.familyName', 'lastName', { required: true }),
  aRule(`${ENTERPRISE}:employeeNumber`, 'number', { required: true, type: 'Integer' }),
  aRule('emails[type eq "work"].value', 'email', { required: true }),
  aRule('preferredLanguage', 'language', { required: true, valueMap: { values: [{ from: 'de', to: 'German' }], default: null } }),
  aRule('active', 'active', { required: true }),
];

const GOOD = {
  userName: 'ada',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [{ type: 'work', value: 'ada@example.com' }],
  preferredLanguage: 'de',
  [ENTERPRISE]: { employeeNumber: '7' },
};

function read(body: unknown, mapping: MappingRule[] = MANDATORY, active = true) {
  const model = compileTenantModel(aTenantConfig({ mapping }));
  return userResource(model, readUser(model, body), active);
}

function refusal(body: unknown, mapping?: MappingRule[]): ScimError {
  try {
    read(body, mapping);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

function missing(source: string, target: string): string {
  return `attribute ${JSON.stringify(source)} (mapped to "${target}") is required by this tenant and missing`;
}

const NO_USER_NAME = 'attribute "userName" is required and must be a text that is not empty';

describe('userResource', () => {
  test('takes the given active unless the resource says', () => {
    expect(read({ userName: 'ada' }, [], false)).toEqual({ userName: 'ada', active: false });
    expect(read({ userName: 'ada', active: 'True' }, [], false)).toEqual({ userName: 'ada', active: true });
  });

  test.each([[{}], [{ userName: '' }], [{ userName: '  ' }], [{ userName: null }]])('of %j says that userName is required', (body) => {
    expect(refusal(body, [aRule('userName', 'login', { required: true })])).toMatchObject({
      status: 400,
      scimType: 'invalidValue',
      message: NO_USER_NAME,
      summary: NO_USER_NAME,
      reason: 'RequiredAttribute',
    });
  });

  test('leaves it to the projection to say what alone is missing', () => {
    expect(read({ userName: 'ada' })).toEqual({ userName: 'ada', active: true });
  });

  test('tells all that is wrong with a person at once: what can not be read, what is missing and what does not fit', () => {
    const body = {
      active: 'often',
      name: { givenName: { a: 1 } },
      preferredLanguage: 'fr',
      title: [1, 2],
      [ENTERPRISE]: { employeeNumber: 'A-17' },
      [CUSTOM]: { badge: 'B' },
    };
    const error = refusal(body, [...MANDATORY, aRule(`${CUSTOM}:badge`, 'badge', { type: 'Integer' })]);
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue', reason: null });
    expect(error.message.split('; ')).toEqual([
      'active is "often", but true or false is expected (mapped to "active", type of the attribute)',
      'name.givenName is an object, but a string is expected (mapped to "firstName", type of the attribute)',
      'title is a list of 2 values, but a string is expected',
      `${CUSTOM}:badge is "B", but a whole number is expected (mapped to "badge", type Integer)`,
      NO_USER_NAME,
      missing('name.familyName', 'lastName'),
      `attribute "${ENTERPRISE}:employeeNumber" (mapped to "number") has the value "A-17", which is not a whole number such as 42 (type Integer)`,
      missing('emails[type eq "work"].value', 'email'),
      `attribute "preferredLanguage" (mapped to "language") has the value "fr", which its valueMap doesn't list: write "de" (type String)`,
    ]);
    expect(error.summary?.split('; ')).toEqual([
      'attribute "active" (mapped to "active", type of the attribute) is not of type boolean',
      'attribute "name.givenName" (mapped to "firstName", type of the attribute) is not of type string',
      'attribute "title" is not of type string',
      `attribute "${CUSTOM}:badge" (mapped to "badge", type Integer) is not of type integer`,
      NO_USER_NAME,
      missing('name.familyName', 'lastName'),
      `attribute "${ENTERPRISE}:employeeNumber" (mapped to "number") is not of type Integer`,
      missing('emails[type eq "work"].value', 'email'),
      `attribute "preferredLanguage" (mapped to "language") has a value that its valueMap doesn't list`,
    ]);
  });

  test.each<{ name: string; body: object; problems: readonly string[] }>([
    {
      name: 'userName',
      body: { userName: { a: 1 } },
      problems: ['userName is an object, but a string is expected (mapped to "login", type of the attribute)'],
    },
    {
      name: 'an extension that is no object',
      body: { [ENTERPRISE]: 'x' },
      problems: [`${ENTERPRISE} is "x", but an object with its attributes is expected`],
    },
    {
      name: 'a whole complex attribute',
      body: { name: 'Ada' },
      problems: [expect.stringMatching(/^name is "Ada", but one object is expected, with formatted/) as unknown as string],
    },
    {
      name: 'a value of a list',
      body: { emails: [{ type: 'work', value: true }] },
      problems: ['emails[0].value is true, but a string is expected (mapped to "email", type of the attribute)'],
    },
    {
      name: 'the type by which a value is found',
      body: { emails: [{ type: ['work', 'x'], value: 'ada@example.com' }] },
      problems: ['emails[0].type is a list of 2 values, but a string is expected'],
    },
  ])('does not call missing what is there and can not be read: $name', ({ body, problems }) => {
    expect(refusal({ ...GOOD, ...body }).message.split('; ')).toEqual(problems);
  });

  test('calls missing what lies beside the value that can not be read', () => {
    expect(refusal({ ...GOOD, name: { givenName: { a: 1 } } }).message).toContain(missing('name.familyName', 'lastName'));
  });

  test('takes a whole complex attribute for there when a part of it can not be read', () => {
    const error = refusal({ userName: 'ada', name: { givenName: { a: 1 } } }, [aRule('name', 'name', { required: true })]);
    expect(error.message).toBe('name.givenName is an object, but a string is expected');
  });

  test('tells twenty problems and how many more there are', () => {
    const mapping = Array.from({ length: 30 }, (_, at) => aRule(`${CUSTOM}:field${at}`, `field${at}`, { required: true }));
    const told = refusal({ active: 'often' }, mapping).message.split('; ');
    expect(told).toHaveLength(21);
    expect(told.slice(-2)).toEqual([missing(`${CUSTOM}:field17`, 'field17'), 'and 12 more']);
  });
});
