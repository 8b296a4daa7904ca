import { describe, expect, test } from '@jest/globals';
import { nameTargets } from '#scim-service/domain/name-targets.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { parseWhatFits } from '#scim-service/scim/patch/parse-patch.ts';
import { readWhatFits } from '#scim-service/scim/resource/read-resource.ts';
import { ValueProblems } from '#scim-service/scim/value-problems.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

const model = compileTenantModel(
  aTenantConfig({
    mapping: [
      aRule('title', 'badge.number', { otherSources: [`${ACME}:badge`], type: 'Integer' }),
      aRule(`${ACME}:badge`, 'badge.text', { transform: 'trim' }),
      aRule('name.givenName', 'firstName'),
      aRule('emails.value', 'mails', { type: 'StringList' }),
      aRule('roles', 'roles'),
    ],
  }),
);

function detailOf(read: (problems: ValueProblems) => unknown): string {
  const problems = new ValueProblems((definition) => nameTargets(model, definition));
  read(problems);
  return problems.error().message;
}

function patch(path: string, value: unknown) {
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path, value }] };
  return (problems: ValueProblems): unknown => parseWhatFits(body, model.schemas, problems);
}

function resource(body: unknown) {
  return (problems: ValueProblems): unknown => readWhatFits(body, model.schemas, problems);
}

describe('nameTargets', () => {
  const badge = `${ACME}:badge is "A-17", but a whole number is expected (mapped to "badge.number", type Integer; mapped to "badge.text", type of the attribute)`;

  test.each<[string, (problems: ValueProblems) => unknown, string]>([
    ['an attribute of a custom extension', resource({ [ACME]: { badge: 'A-17' } }), badge],
    ['the same in a PATCH', patch(`${ACME}:badge`, 'A-17'), badge],
    [
      'a sub-attribute',
      resource({ name: { givenName: { a: 1 } } }),
      'name.givenName is an object, but a string is expected (mapped to "firstName", type of the attribute)',
    ],
    [
      'a value in a list',
      resource({ emails: [{ value: { a: 1 } }] }),
      'emails[0].value is an object, but a string is expected (mapped to "mails", type StringList)',
    ],
    [
      'what a value path selects',
      patch('roles[type eq "x"]', ['a', 'b']),
      'roles[type eq "x"] is a list of 2 values, but one object is expected, with value, display, type, primary (mapped to "roles", type of the attribute)',
    ],
    ['what is not mapped', resource({ active: 'often' }), 'active is "often", but true or false is expected'],
  ])('names the targets of %s', (_name, read, detail) => {
    expect(detailOf(read)).toBe(detail);
  });
});
