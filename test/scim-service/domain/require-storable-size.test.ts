import { describe, expect, test } from '@jest/globals';
import { changedUser, newUser } from '#scim-service/domain/next-user.ts';
import { requireStorableSize } from '#scim-service/domain/require-storable-size.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const now = new Date('2026-01-31T08:00:00Z');
const model = compileTenantModel(
  aTenantConfig({ mapping: [aRule('userName', 'login'), aRule('title', 'title'), aRule('title', 'again')] }),
);
const long = 'x'.repeat(100 * 1024);
const refusal = expect.objectContaining({
  status: 400,
  scimType: 'invalidValue',
  message: expect.stringMatching(/at most 262144 are kept; attribute "title" is the largest/),
});

describe('requireStorableSize', () => {
  test('gives back a person who is not too large', () => {
    const user = aStoredUser({ resource: { userName: 'ada', active: true, title: long }, person: { title: long } });
    expect(requireStorableSize(user)).toBe(user);
  });

  test.each([
    ['roles', (roles: readonly object[]) => ({ roles })],
    ['badges', (badges: readonly object[]) => ({ 'urn:ietf:params:scim:schemas:extension:acme:2.0:User': { badges } })],
  ])('takes 5,000 values of one attribute and no more: %s', (name, contentWith) => {
    const withValues = (length: number) => {
      const values = Array.from({ length }, (_, index) => ({ value: `${index}` }));
      return aStoredUser({ resource: { userName: 'ada', active: true, ...(contentWith(values) as ScimObject) } });
    };

    expect(requireStorableSize(withValues(5_000))).toBeDefined();
    expect(() => requireStorableSize(withValues(5_001))).toThrow(
      expect.objectContaining({
        status: 400,
        scimType: 'invalidValue',
        message: `attribute "${name}" of the person would have 5001 values, but at most 5000 are kept`,
      }),
    );
  });

  test('counts what the mapping makes of a value, for new people and for changed ones', () => {
    const resource = { userName: 'ada', active: true, title: long };
    expect(() => newUser(model, resource, { id: 'id-1', now })).toThrow(refusal);
    const small = newUser(model, { userName: 'ada', active: true }, { id: 'id-1', now });
    expect(() => changedUser(model, small, resource, now)).toThrow(refusal);
  });
});
