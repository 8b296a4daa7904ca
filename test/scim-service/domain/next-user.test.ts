import { describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import { changedUser, deactivatedUser, newUser, revivedUser, userResource } from '#scim-service/domain/next-user.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

const created = new Date('2026-01-31T08:00:00Z');
const later = new Date('2026-01-31T09:00:00Z');

function modelOf(overrides: Partial<TenantConfig> = {}) {
  return compileTenantModel(
    aTenantConfig({
      mapping: [aRule('userName', 'login', { required: true }), aRule('title', 'designation'), aRule('active', 'access.enabled')],
      newUserDefaults: [
        { target: 'access.role', value: 'employee' },
        { target: 'designation', value: 'none yet' },
      ],
      ...overrides,
    }),
  );
}

const model = modelOf();
const resource = { userName: 'ada', active: true };
const ada = newUser(model, resource, { id: 'id-1', now: created });

describe('userResource', () => {
  test.each([[{}], [{ userName: '' }], [{ userName: '  ' }], [{ userName: 7 }]])('of %j says that userName is required', (given) => {
    expect(() => userResource(given, true)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidValue' }));
  });

  test('takes the given active unless the resource says', () => {
    expect(userResource({ userName: 'ada' }, false)).toEqual({ userName: 'ada', active: false });
    expect(userResource({ userName: 'ada', active: true }, false)).toEqual({ userName: 'ada', active: true });
  });
});

describe('newUser', () => {
  test('starts at version 1 with the mapped record and defaults where the mapping gave nothing', () => {
    expect(ada).toEqual({
      tenant: 'team-hr/acme',
      id: 'id-1',
      version: 1,
      createdAt: created,
      lastModified: created,
      resource,
      person: { login: 'ada', designation: 'none yet', access: { enabled: true, role: 'employee' } },
      deletedAt: null,
    });
  });

  test('lets the mapping win over a default', () => {
    expect(newUser(model, { ...resource, title: 'Countess' }, { id: 'id-1', now: created }).person['designation']).toBe('Countess');
  });
});

describe('changedUser', () => {
  test('is the stored user itself when nothing changes', () => {
    expect(changedUser(model, ada, { active: true, userName: 'ada' }, later)).toBe(ada);
  });

  test('has the next version and keeps id, creation and defaults', () => {
    const next = changedUser(model, ada, { ...resource, active: false }, later);
    expect(next).toEqual({
      ...ada,
      version: 2,
      lastModified: later,
      resource: { userName: 'ada', active: false },
      person: { login: 'ada', designation: 'none yet', access: { enabled: false, role: 'employee' } },
    });
  });

  test('never overwrites what the product made of a default', () => {
    const promoted = { ...ada, person: { ...ada.person, access: { enabled: true, role: 'boss' } } };
    expect(changedUser(model, promoted, { ...resource, active: false }, later).person['access']).toEqual({ enabled: false, role: 'boss' });
  });

  test('clears what the mapping made and makes no more, although its target has a default', () => {
    const titled = changedUser(model, ada, { ...resource, title: 'Countess' }, later);
    const cleared = changedUser(model, titled, resource, later);
    expect(titled.person['designation']).toBe('Countess');
    expect(cleared.person).not.toHaveProperty('designation');
  });

  test('brings no default to a person who was there before it', () => {
    const before = newUser(modelOf({ newUserDefaults: [] }), resource, { id: 'id-1', now: created });
    expect(changedUser(model, before, resource, later)).toBe(before);
  });

  test('changes when the mapping is another, though the resource is the same', () => {
    const renamed = modelOf({ mapping: [aRule('userName', 'account')], newUserDefaults: [] });
    expect(changedUser(renamed, ada, resource, later)).toMatchObject({ version: 2, person: { account: 'ada' } });
  });

  test('is not modified before its last modification when a clock goes back', () => {
    const earlier = new Date(created.getTime() - 5_000);
    expect(changedUser(model, ada, { ...resource, active: false }, earlier).lastModified).toEqual(created);
  });
});

describe('deactivatedUser and revivedUser', () => {
  test('deactivation keeps the person but for what is mapped from active', () => {
    expect(deactivatedUser(model, ada, later)).toEqual({
      ...ada,
      version: 2,
      lastModified: later,
      deletedAt: later,
      resource: { userName: 'ada', active: false },
      person: { login: 'ada', designation: 'none yet', access: { enabled: false, role: 'employee' } },
    });
  });

  test('deactivation works for a person who lacks what is required by now', () => {
    const strict = modelOf({
      mapping: [aRule('title', 'designation', { required: true }), aRule('active', 'enabled')],
      newUserDefaults: [],
    });
    expect(deactivatedUser(strict, ada, later)).toMatchObject({ deletedAt: later, person: { ...ada.person, enabled: false } });
  });

  test('a revived person has id, creation and what was made of defaults, and a new record else', () => {
    const tombstone = deactivatedUser(model, { ...ada, person: { ...ada.person, access: { enabled: true, role: 'boss' } } }, later);
    const revived = revivedUser(model, tombstone, { userName: 'ADA', active: true, title: 'Countess' }, later);
    expect(revived).toEqual({
      ...ada,
      version: 3,
      lastModified: later,
      deletedAt: null,
      resource: { userName: 'ADA', active: true, title: 'Countess' },
      person: { login: 'ADA', designation: 'Countess', access: { enabled: true, role: 'boss' } },
    });
  });
});
