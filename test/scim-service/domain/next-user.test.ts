import { describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import { adoptedUser, changedUser, newUser, reprojectedUser, retiredUser, revivedUser } from '#scim-service/domain/next-user.ts';
import type { PersonRecord, StoredUser } from '#scim-service/domain/stored-user.ts';
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
      defaults: { designation: 'none yet', access: { role: 'employee' } },
      own: {},
      projection: model.projection,
      deletedAt: null,
    });
  });

  test('lets the mapping win over a default', () => {
    expect(newUser(model, { ...resource, title: 'Countess' }, { id: 'id-1', now: created })).toMatchObject({
      person: { designation: 'Countess' },
      defaults: { access: { role: 'employee' } },
    });
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
    const next = changedUser(model, promoted, { ...resource, active: false }, later);
    expect(next.person['access']).toEqual({ enabled: false, role: 'boss' });
    expect(next.defaults).toEqual({ designation: 'none yet', access: { role: 'boss' } });
  });

  test('does not set a default anew that the product took away', () => {
    const without = { ...ada, person: { login: 'ada', access: { enabled: true } } };
    const next = changedUser(model, without, { ...resource, active: false }, later);
    expect({ person: next.person, defaults: next.defaults }).toEqual({
      person: { login: 'ada', access: { enabled: false } },
      defaults: {},
    });
  });

  test('keeps the defaults of a person who was stored before it was kept what a template had set', () => {
    const old: StoredUser = {
      ...ada,
      defaults: {},
      projection: '',
      resource: { ...resource, title: 'Dr.' },
      person: { ...ada.person, designation: 'Dr.' },
    };
    expect(changedUser(model, old, resource, later)).toMatchObject({
      person: { login: 'ada', access: { enabled: true, role: 'employee' } },
      defaults: { access: { role: 'employee' } },
      projection: model.projection,
    });
    expect(reprojectedUser(model, { ...ada, defaults: {}, projection: '' }).user).toEqual(ada);
  });

  test('clears what the mapping made and makes no more, although its target has a default', () => {
    const titled = changedUser(model, ada, { ...resource, title: 'Countess' }, later);
    const cleared = changedUser(model, titled, resource, later);
    expect(titled.person['designation']).toBe('Countess');
    expect(titled.defaults).toEqual({ access: { role: 'employee' } });
    expect(cleared.person).not.toHaveProperty('designation');
    expect(cleared.person).toEqual({ login: 'ada', access: { enabled: true, role: 'employee' } });
  });

  test('brings no default to a person who was there before it', () => {
    const before = newUser(modelOf({ newUserDefaults: [] }), resource, { id: 'id-1', now: created });
    expect(changedUser(model, before, resource, later)).toBe(before);
  });

  test('changes when the mapping is another, though the resource is the same', () => {
    const renamed = modelOf({ mapping: [aRule('userName', 'account')], newUserDefaults: [] });
    expect(changedUser(renamed, ada, resource, later)).toEqual({
      ...ada,
      version: 2,
      lastModified: later,
      person: { account: 'ada', ...ada.defaults },
      projection: renamed.projection,
    });
  });

  test('is not modified before its last modification when a clock goes back', () => {
    const earlier = new Date(created.getTime() - 5_000);
    expect(changedUser(model, ada, { ...resource, active: false }, earlier).lastModified).toEqual(created);
  });
});

describe('retiredUser and revivedUser', () => {
  test('deactivation keeps the person but for what is mapped from active', () => {
    expect(retiredUser(model, ada, later)).toEqual({
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
    expect(retiredUser(strict, ada, later)).toMatchObject({ deletedAt: later, person: { ...ada.person, enabled: false } });
  });

  test('deactivation leaves nothing that says active where a value map has no word for who is not', () => {
    const valueMap = { values: [{ from: 'true', to: 'on' }], default: null };
    const worded = modelOf({ mapping: [aRule('userName', 'login'), aRule('active', 'access.state', { valueMap })] });
    const active = newUser(worded, resource, { id: 'id-1', now: created });
    expect(active.person).toMatchObject({ access: { state: 'on' } });
    expect(retiredUser(worded, active, later).person).toEqual({ login: 'ada', designation: 'none yet', access: { role: 'employee' } });
  });

  test('a revived person has id, creation and what was made of defaults, and a new record else', () => {
    const retired = retiredUser(model, { ...ada, person: { ...ada.person, access: { enabled: true, role: 'boss' } } }, later);
    const revived = revivedUser(model, retired, { userName: 'ADA', active: true, title: 'Countess' }, later);
    expect(revived).toEqual({
      ...ada,
      version: 3,
      lastModified: later,
      deletedAt: null,
      resource: { userName: 'ADA', active: true, title: 'Countess' },
      person: { login: 'ADA', designation: 'Countess', access: { enabled: true, role: 'boss' } },
      defaults: { access: { role: 'boss' } },
    });
  });

  test('a revived person does not get by default what they lost, nor what came later to the template', () => {
    const cleared = changedUser(model, changedUser(model, ada, { ...resource, title: 'Dr.' }, later), resource, later);
    const richer = modelOf({ newUserDefaults: [...model.config.newUserDefaults, { target: 'plan', value: 'gold' }] });
    expect(revivedUser(richer, retiredUser(model, cleared, later), resource, later).person).toEqual({
      login: 'ada',
      access: { enabled: true, role: 'employee' },
    });
  });

  test('deactivation writes what is mapped from active over what the product had there', () => {
    const own = adoptedUser(
      modelOf({ mapping: [aRule('userName', 'login')] }),
      { id: 'p', person: { access: 'all', plan: 'gold' } },
      resource,
      created,
    );
    expect(retiredUser(model, own, later)).toMatchObject({
      person: { login: 'ada', access: { enabled: false }, plan: 'gold' },
      own: { plan: 'gold' },
    });
  });
});

describe('adoptedUser', () => {
  const record: PersonRecord = {
    login: 'old',
    designation: 'Boss',
    access: { role: 'admin', areas: ['hall'] },
    plan: { name: 'gold', seats: 3 },
  };
  const adopted = adoptedUser(model, { id: 'product-7', person: record }, resource, created);

  test('keeps the id and the record of the product, but for what the mapping writes, and takes no defaults', () => {
    expect(adopted).toEqual({
      tenant: 'team-hr/acme',
      id: 'product-7',
      version: 1,
      createdAt: created,
      lastModified: created,
      resource,
      person: { ...record, login: 'ada', access: { ...(record['access'] as PersonRecord), enabled: true } },
      defaults: {},
      own: { designation: 'Boss', access: record['access'], plan: record['plan'] },
      projection: model.projection,
      deletedAt: null,
    });
  });

  test('keeps a field of the product until a rule writes it, and is without it when the rule writes no more', () => {
    const titled = changedUser(model, adopted, { ...resource, title: 'Countess' }, later);
    const cleared = changedUser(model, titled, resource, later);
    expect(adopted.person['designation']).toBe('Boss');
    expect(titled.person['designation']).toBe('Countess');
    expect(cleared.person).not.toHaveProperty('designation');
    expect(cleared).toMatchObject({
      version: 3,
      person: { plan: record['plan'] },
      own: { access: record['access'], plan: record['plan'] },
    });
  });

  test('keeps what the product does with its fields afterwards', () => {
    const worked = { ...adopted, person: { ...adopted.person, plan: { name: 'silver' } } };
    const next = changedUser(model, worked, { ...resource, active: false }, later);
    expect(next.person['plan']).toEqual({ name: 'silver' });
    expect(next.own['plan']).toEqual({ name: 'silver' });
  });

  test('comes back from deletion with what the product had', () => {
    const revived = revivedUser(model, retiredUser(model, adopted, later), resource, later);
    expect(revived).toEqual({ ...adopted, version: 3, lastModified: later });
  });

  test.each<{ name: string; own: PersonRecord; person: PersonRecord; left: PersonRecord }>([
    { name: 'a plain value where a rule needs a record', own: { access: 'all' }, person: { access: { enabled: true } }, left: {} },
    { name: 'a list there', own: { access: ['a'] }, person: { access: { enabled: true } }, left: {} },
    { name: 'a record where a rule has a value', own: { login: { name: 'x' } }, person: { access: { enabled: true } }, left: {} },
    {
      name: 'nothing beside it',
      own: { access: { level: 1 } },
      person: { access: { enabled: true, level: 1 } },
      left: { access: { level: 1 } },
    },
    {
      name: 'a record within that it empties',
      own: { access: { enabled: { since: 1 } } },
      person: { access: { enabled: true } },
      left: {},
    },
    {
      name: 'no field that a rule might write and does not',
      own: { designation: { de: 'Chefin' } },
      person: { designation: { de: 'Chefin' }, access: { enabled: true } },
      left: { designation: { de: 'Chefin' } },
    },
    {
      name: 'nothing of a name that objects have by nature',
      own: JSON.parse('{"__proto__":{"x":1},"constructor":"c"}'),
      person: JSON.parse('{"__proto__":{"x":1},"constructor":"c","access":{"enabled":true}}'),
      left: JSON.parse('{"__proto__":{"x":1},"constructor":"c"}'),
    },
  ])('of the product gives way: $name', ({ own, person, left }) => {
    const made = adoptedUser(model, { id: 'p', person: own }, resource, created);
    expect(JSON.parse(JSON.stringify([made.person, made.own]))).toEqual(JSON.parse(JSON.stringify([{ ...person, login: 'ada' }, left])));
    expect(Object.keys(made.person).sort()).toEqual([...Object.keys(person), 'login'].sort());
  });

  test('is refused as a new person is', () => {
    const strict = modelOf({ mapping: [aRule('title', 'designation', { required: true })] });
    expect(() => adoptedUser(strict, { id: 'p', person: record }, resource, created)).toThrow(
      expect.objectContaining({ status: 400, reason: 'RequiredAttribute' }),
    );
  });
});

describe('a person whom the mapping would refuse by now', () => {
  const numbered = modelOf({
    mapping: [aRule('userName', 'login'), aRule('active', 'enabled'), aRule('title', 'grade', { type: 'Integer' })],
  });
  const stored = reprojectedUser(numbered, changedUser(model, ada, { ...resource, title: 'Countess' }, later)).user;

  test('can be switched off by a change of nothing else', () => {
    const off = changedUser(numbered, stored, { ...stored.resource, active: false }, later);
    expect(off).toMatchObject({ version: stored.version + 1, resource: { title: 'Countess', active: false }, person: { enabled: false } });
  });

  test.each([
    ['stays refused when anything else changes too', { active: false, locale: 'en-GB' }],
    ['stays refused when nobody is switched off', { locale: 'en-GB' }],
  ])('%s', (_what, changes) => {
    expect(() => changedUser(numbered, stored, { ...stored.resource, ...changes }, later)).toThrow(/"grade"/);
  });
});

describe('reprojectedUser', () => {
  const other = modelOf({
    mapping: [aRule('userName', 'account'), aRule('active', 'access.enabled'), aRule('locale', 'language')],
    newUserDefaults: [{ target: 'plan', value: 'gold' }],
  });
  const titled = changedUser(model, ada, { ...resource, title: 'Countess', externalId: 'e1' }, later);

  test('has the record of the new mapping, and lost what is not selected any more; version and times stay', () => {
    expect(reprojectedUser(other, titled)).toEqual({
      user: {
        ...titled,
        resource: { ...resource, externalId: 'e1' },
        person: { account: 'ada', access: { enabled: true, role: 'employee' } },
        projection: other.projection,
      },
      problems: 0,
    });
  });

  test('keeps a default that no rule writes, and brings none of a changed template', () => {
    expect(reprojectedUser(other, ada).user).toMatchObject({ defaults: ada.defaults });
    expect(reprojectedUser(other, ada).user.person).toEqual({
      account: 'ada',
      ...ada.defaults,
      access: { enabled: true, role: 'employee' },
    });
  });

  test('makes what it can and counts the rest', () => {
    const strict = modelOf({
      mapping: [aRule('userName', 'login'), aRule('title', 'grade', { type: 'Integer' }), aRule('locale', 'language', { required: true })],
    });
    const { user, problems } = reprojectedUser(strict, titled);
    expect(problems).toBe(2);
    expect(user.person).toEqual({ login: 'ada', access: { role: 'employee' } });
  });

  test('keeps the record of before where the new one would be more than a store keeps', () => {
    const long = changedUser(model, ada, { ...resource, title: 'x'.repeat(60_000) }, later);
    const targets = ['a', 'b', 'c', 'd'].map((target) => aRule('title', target));
    const copying = modelOf({ mapping: [aRule('userName', 'login'), ...targets] });
    const { user, problems } = reprojectedUser(copying, long);
    expect({ person: user.person, projection: user.projection, problems }).toEqual({
      person: long.person,
      projection: copying.projection,
      problems: 1,
    });
    expect(reprojectedUser(copying, user).user).toEqual(user);
  });

  test('leaves a retired person retired', () => {
    const retired = retiredUser(model, titled, later);
    expect(reprojectedUser(other, retired).user).toMatchObject({
      version: retired.version,
      deletedAt: later,
      person: { access: { enabled: false } },
    });
  });
});
