import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { MappingRule } from '#common/tenant-config.ts';
import { ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { projectPerson } from '#scim-service/domain/project-person.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { anyResource } from '#test/support/scim-arbitraries.ts';

const ACME_URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

const ada: ScimObject = {
  userName: 'ada@example.com',
  active: false,
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  emails: [
    { type: 'home', value: 'ada@home.example' },
    { type: 'work', value: 'old@work.example' },
    { type: 'work', value: 'ada@work.example', primary: true },
  ],
  roles: [{ value: 'Admin', primary: true }, { value: 'Guest' }],
  [ENTERPRISE_USER_URN]: { employeeNumber: '0042', manager: { value: '26118915' } },
  [ACME_URN]: { badge: 7, desk: ' 4.12 b ', blank: '  ', sites: ['ber', 'lon'] },
};

function modelOf(...mapping: MappingRule[]) {
  return compileTenantModel(aTenantConfig({ mapping, newUserDefaults: [] }));
}

function aConstant(constant: string | number, target: string, overrides: Partial<MappingRule> = {}): MappingRule {
  return { ...aRule('title', target, overrides), source: null, constant };
}

function aMap(values: Record<string, string | number>, otherwise: string | null = null): MappingRule['valueMap'] {
  return { values: Object.entries(values).map(([from, to]) => ({ from, to })), default: otherwise };
}

function problemOf(resource: ScimObject, ...mapping: MappingRule[]): ScimError {
  try {
    projectPerson(resource, modelOf(...mapping));
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('the projection has no problem');
}

describe('projectPerson', () => {
  test.each<{ name: string; mapping: MappingRule[]; person: unknown }>([
    { name: 'a simple attribute as it is', mapping: [aRule('userName', 'login')], person: { login: 'ada@example.com' } },
    { name: 'false, which is a value', mapping: [aRule('active', 'enabled')], person: { enabled: false } },
    { name: 'a sub-attribute', mapping: [aRule('name.givenName', 'first')], person: { first: 'Ada' } },
    {
      name: 'a complex attribute as plain JSON',
      mapping: [aRule('name', 'n')],
      person: { n: { givenName: 'Ada', familyName: 'Lovelace' } },
    },
    { name: 'a whole list as plain JSON', mapping: [aRule('roles', 'r')], person: { r: ada['roles'] } },
    { name: 'a sub-attribute of a list as a list', mapping: [aRule('roles.value', 'r')], person: { r: ['Admin', 'Guest'] } },
    {
      name: 'the primary one of the values that a filter selects',
      mapping: [aRule('emails[type eq "work"].value', 'mail')],
      person: { mail: 'ada@work.example' },
    },
    { name: 'a whole value that a filter selects', mapping: [aRule('roles[value eq "guest"]', 'r')], person: { r: { value: 'Guest' } } },
    {
      name: 'an extension attribute, converted',
      mapping: [aRule(`${ENTERPRISE_USER_URN}:employeeNumber`, 'no', { type: 'Integer' })],
      person: { no: 42 },
    },
    {
      name: 'a manager as text',
      mapping: [aRule(`${ENTERPRISE_USER_URN}:manager`, 'boss', { type: 'Reference' })],
      person: { boss: '26118915' },
    },
    { name: 'a custom extension attribute', mapping: [aRule(`${ACME_URN}:badge`, 'badge', { type: 'Integer' })], person: { badge: 7 } },
    {
      name: 'nothing for what is absent',
      mapping: [aRule('title', 'a'), aRule('emails[type eq "other"].value', 'b'), aRule('name.middleName', 'c')],
      person: {},
    },
    {
      name: 'nested targets side by side',
      mapping: [aRule('userName', 'contact.login'), aRule('name.givenName', 'contact.name.first'), aRule('active', 'contact.active')],
      person: { contact: { login: 'ada@example.com', name: { first: 'Ada' }, active: false } },
    },
    {
      name: 'the first of several sources that has a value',
      mapping: [
        aRule('title', 'name', { otherSources: ['name.middleName', 'name.familyName', 'userName'] }),
        aRule('emails[type eq "other"].value', 'mail', { otherSources: ['emails[type eq "home"].value'] }),
        aRule('title', 'nothing', { otherSources: ['nickName'] }),
      ],
      person: { name: 'Lovelace', mail: 'ada@home.example' },
    },
    {
      name: 'false of the first source before true of the second',
      mapping: [aRule('active', 'on', { otherSources: ['emails[primary eq true].primary'] })],
      person: { on: false },
    },
    {
      name: 'a constant, of the type that it is given',
      mapping: [
        aConstant('directory', 'origin'),
        aConstant(7, 'level', { type: 'String' }),
        aConstant('x', 'tags', { type: 'StringList' }),
      ],
      person: { origin: 'directory', level: '7', tags: ['x'] },
    },
    {
      name: 'text in lower and upper case and without space around it',
      mapping: [
        aRule('name.givenName', 'a', { transform: 'lower' }),
        aRule('name.familyName', 'b', { transform: 'upper' }),
        aRule('roles.value', 'c', { transform: 'lower' }),
        aRule('active', 'd', { transform: 'upper' }),
        aRule(`${ACME_URN}:desk`, 'e', { transform: 'trim' }),
      ],
      person: { a: 'ada', b: 'LOVELACE', c: ['admin', 'guest'], d: false, e: '4.12 b' },
    },
    {
      name: 'the next source when trim leaves nothing of the first',
      mapping: [aRule(`${ACME_URN}:blank`, 'a', { transform: 'trim', otherSources: ['userName'] })],
      person: { a: 'ada@example.com' },
    },
    {
      name: 'nothing for text that trim empties',
      mapping: [aRule(`${ACME_URN}:blank`, 'a', { transform: 'trim', type: 'Integer' })],
      person: {},
    },
    {
      name: "the product's values of a value map",
      mapping: [
        aRule('name.givenName', 'a', { valueMap: aMap({ Ada: 'countess' }) }),
        aRule('active', 'b', { valueMap: aMap({ true: 'on', false: 'off' }) }),
        aRule(`${ACME_URN}:badge`, 'c', { valueMap: aMap({ '7': 70 }), type: 'Integer' }),
        aRule('roles.value', 'd', { transform: 'lower', valueMap: aMap({ admin: 'A' }, 'B') }),
        aRule(`${ENTERPRISE_USER_URN}:manager`, 'e', { valueMap: aMap({ '26118915': 'boss' }) }),
        aRule('userName', 'f', { valueMap: aMap({ constructor: 'x' }, 'other') }),
        aRule('title', 'g', { valueMap: aMap({ a: 'b' }, 'other') }),
      ],
      person: { a: 'countess', b: 'off', c: 70, d: ['A', 'B'], e: 'boss', f: 'other' },
    },
    {
      name: 'a list of text of one value, of several, and of all that a filter selects',
      mapping: [
        aRule('userName', 'a', { type: 'StringList' }),
        aRule('roles', 'b', { type: 'StringList' }),
        aRule('emails[type eq "work"].value', 'c', { type: 'StringList' }),
        aRule('emails[type eq "other"].value', 'd', { type: 'StringList' }),
        aRule(`${ACME_URN}:sites`, 'e', { type: 'StringList', transform: 'upper' }),
      ],
      person: { a: ['ada@example.com'], b: ['Admin', 'Guest'], c: ['old@work.example', 'ada@work.example'], e: ['BER', 'LON'] },
    },
    {
      name: 'targets that objects have by nature',
      mapping: [aRule('userName', 'constructor.prototype.toString')],
      person: { constructor: { prototype: { toString: 'ada@example.com' } } },
    },
  ])('gives $name', ({ mapping, person }) => {
    expect(projectPerson(ada, modelOf(...mapping))).toEqual(person);
  });

  test('says which required attribute is missing and where it would go', () => {
    const error = problemOf({ userName: 'ada' }, aRule('emails[type eq "work"].value', 'email', { required: true }));
    expect(error).toMatchObject({
      status: 400,
      scimType: 'invalidValue',
      message: 'attribute "emails[type eq \\"work\\"].value" (mapped to "email") is required by this tenant and missing',
    });
  });

  test('names all sources of a required attribute that is missing, and the one whose value does not fit', () => {
    const rule = aRule('title', 'grade', { required: true, otherSources: ['userType'], type: 'Integer' });
    expect(problemOf({ userName: 'ada' }, rule).message).toBe(
      'attribute "title" or "userType" (mapped to "grade") is required by this tenant and missing',
    );
    expect(problemOf({ userType: 'chief' }, rule).message).toBe(
      'attribute "userType" (mapped to "grade") has the value "chief", which is not a whole number such as 42 (type Integer)',
    );
  });

  test('does not cover up a value that does not fit with the next source', () => {
    expect(
      problemOf({ title: 'chief', userType: '7' }, aRule('title', 'grade', { otherSources: ['userType'], type: 'Integer' })),
    ).toBeInstanceOf(ScimError);
  });

  test('says which value of a list does not fit', () => {
    const resource = { phoneNumbers: [{ value: '7' }, { value: 'call me' }] };
    expect(problemOf(resource, aRule('phoneNumbers.value', 'phones', { type: 'Integer' })).message).toContain(
      'has the value "call me", which',
    );
  });

  test('says which values a value map lists', () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`v${index}`, index]));
    expect(
      problemOf({ title: 'x'.repeat(99) }, aRule('title', 'grade', { valueMap: aMap({ a: 1, b: 2 }), type: 'Integer' })).message,
    ).toMatch(
      /^attribute "title" \(mapped to "grade"\) has the value "x{59}…", which its valueMap doesn't list: write "a", "b" \(type Integer\)$/,
    );
    expect(
      problemOf({ roles: [{ value: 'v1' }, { value: 'w' }] }, aRule('roles.value', 'grade', { valueMap: aMap(many) })).message,
    ).toMatch(/has the value "w", which its valueMap doesn't list: write "v0", .*"v9" and others \(type String\)$/);
  });

  test('takes an empty required value for a missing one', () => {
    expect(problemOf({ userName: 'ada', title: '' }, aRule('title', 'title', { required: true })).message).toContain('missing');
  });

  test('tells all problems of a person at once, and of long values the beginning', () => {
    const { message } = problemOf(
      { userName: 'x'.repeat(500), title: 'chief' },
      aRule('name.givenName', 'first', { required: true }),
      aRule('title', 'grade', { type: 'Integer' }),
      aRule('userName', 'login', { type: 'DateTime' }),
    );
    expect(message.split('; ')).toEqual([
      'attribute "name.givenName" (mapped to "first") is required by this tenant and missing',
      'attribute "title" (mapped to "grade") has the value "chief", which is not a whole number such as 42 (type Integer)',
      expect.stringMatching(/^attribute "userName" \(mapped to "login"\) has the value "x{59}…", which is not an ISO 8601 date/),
    ]);
  });

  test('copies what it takes, so that a changed record leaves the resource as it was', () => {
    const person = projectPerson(ada, modelOf(aRule('name', 'n')));
    expect(person['n']).not.toBe(ada['name']);
  });

  test('throws nothing but ScimError, whatever the resource', () => {
    const model = modelOf(
      aRule('userName', 'login', { required: true }),
      aRule('emails[type eq "work"].value', 'contact.email', { required: true }),
      aRule('emails[primary eq true or type sw "w"]', 'contact.first', { type: 'String' }),
      aRule('phoneNumbers.value', 'contact.phones', { type: 'Integer' }),
      aRule('name', 'name'),
      aRule('active', 'active', { type: 'Boolean' }),
      aRule(`${ENTERPRISE_USER_URN}:manager`, 'boss', { type: 'Reference' }),
      aRule(`${ACME_URN}:since`, 'since', { type: 'DateTime' }),
      aRule('roles', 'roles', { type: 'StringList', transform: 'trim', valueMap: aMap({ a: 'b' }, 'c') }),
      aRule('addresses', 'places', { transform: 'lower', otherSources: ['ims', 'title'], valueMap: aMap({ a: 1 }) }),
      aConstant('x', 'origin'),
    );
    fc.assert(
      fc.property(anyResource(model.schemas), (resource) => {
        try {
          const before = structuredClone(resource);
          const person = projectPerson(resource, model);
          expect(projectPerson(resource, model)).toEqual(person);
          expect(resource).toEqual(before);
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' });
        }
      }),
    );
  });
});
