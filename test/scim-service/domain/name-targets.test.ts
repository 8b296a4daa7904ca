import { describe, expect, test } from '@jest/globals';
import { nameTargets } from '#scim-service/domain/name-targets.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { parsePatch } from '#scim-service/scim/patch/parse-patch.ts';
import { readResource } from '#scim-service/scim/resource/read-resource.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

const model = compileTenantModel(
  aTenantConfig({
    mapping: [
      aRule('title', 'badge.number', { otherSources: [`${ACME}:badge`], type: 'Integer' }),
      aRule(`${ACME}:badge`, 'badge.text', { transform: 'trim' }),
      aRule('name.givenName', 'firstName'),
      aRule('emails.value', 'mails', { type: 'StringList' }),
    ],
  }),
);

function detailOf(read: () => unknown): string {
  try {
    nameTargets(model, read);
  } catch (error) {
    expect(error).toBeInstanceOf(ScimError);
    expect(error).toMatchObject({ status: 400, scimType: 'invalidValue' });
    return (error as ScimError).message;
  }
  throw new Error('it was read');
}

function patch(path: string, value: unknown) {
  return parsePatch(
    { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path, value }] },
    model.schemas,
  );
}

describe('nameTargets', () => {
  const badge = `${ACME}:badge is "A-17", but a whole number is expected (mapped to "badge.number", type Integer; mapped to "badge.text", type of the attribute)`;

  test.each<[string, () => unknown, string]>([
    ['an attribute of a custom extension', () => readResource({ [ACME]: { badge: 'A-17' } }, model.schemas), badge],
    ['the same in a PATCH', () => patch(`${ACME}:badge`, 'A-17'), badge],
    [
      'a sub-attribute',
      () => readResource({ name: { givenName: { a: 1 } } }, model.schemas),
      'name.givenName is an object, but a string is expected (mapped to "firstName", type of the attribute)',
    ],
    [
      'a value in a list',
      () => readResource({ emails: [{ value: { a: 1 } }] }, model.schemas),
      'emails[0].value is an object, but a string is expected (mapped to "mails", type StringList)',
    ],
    ['what is not mapped', () => readResource({ active: 'often' }, model.schemas), 'active is "often", but true or false is expected'],
  ])('names the targets of %s', (_name, read, detail) => {
    expect(detailOf(read)).toBe(detail);
  });

  test('leaves a result and another error as they are', () => {
    const other = new RangeError('other');
    expect(nameTargets(model, () => 7)).toBe(7);
    expect(() =>
      nameTargets(model, () => {
        throw other;
      }),
    ).toThrow(other);
  });
});
