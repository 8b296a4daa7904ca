import { describe, expect, test } from '@jest/globals';
import { changedUser, newUser } from '#scim-service/domain/next-user.ts';
import { requireStorableSize } from '#scim-service/domain/require-storable-size.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const now = new Date('2026-01-31T08:00:00Z');
const model = compileTenantModel(
  aTenantConfig({ mapping: [aRule('userName', 'login'), aRule('title', 'title'), aRule('title', 'again')] }),
);
const mebibyte = 'x'.repeat(1024 * 1024);
const refusal = expect.objectContaining({
  status: 400,
  scimType: 'invalidValue',
  message: expect.stringMatching(/at most 2621440 are kept; attribute "title" is the largest/),
});

describe('requireStorableSize', () => {
  test('gives back a person as large as one request can make them', () => {
    const user = aStoredUser({ resource: { userName: 'ada', active: true, title: mebibyte }, person: { title: mebibyte } });
    expect(requireStorableSize(user)).toBe(user);
  });

  test('counts what the mapping makes of a value, for new people and for changed ones', () => {
    const resource = { userName: 'ada', active: true, title: mebibyte };
    expect(() => newUser(model, resource, { id: 'id-1', now })).toThrow(refusal);
    const small = newUser(model, { userName: 'ada', active: true }, { id: 'id-1', now });
    expect(() => changedUser(model, small, resource, now)).toThrow(refusal);
  });
});
