import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { PersonRecord, StoredUser } from '#scim-service/domain/stored-user.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import type { ProvisioningParts } from '#scim-service/provisioning/provisioning-parts.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const model = modelOf();
const ADA: PersonRecord = { login: 'al', contact: { email: 'Ada@Work.example' }, number: 42, plan: 'gold', role: 'admin' };

let store: InterleavingStore;
let ids: number;
let users: UserProvisioning;

function modelOf(overrides: Partial<TenantConfig> = {}): TenantModel {
  return compileTenantModel(
    aTenantConfig({
      mapping: [
        aRule('userName', 'login', { required: true }),
        aRule('emails[type eq "work"].value', 'contact.email'),
        aRule('title', 'designation'),
        aRule('externalId', 'number', { type: 'Integer' }),
      ],
      newUserDefaults: [
        { target: 'role', value: 'employee' },
        { target: 'contact.phone', value: 'none' },
      ],
      matchExistingBy: ['number', 'contact.email'],
      ...overrides,
    }),
  );
}

function provisioningOver(over: ProvisioningParts['store']): UserProvisioning {
  return createUserProvisioning({
    store: over,
    clock: () => START,
    newId: () => `new-${(ids += 1)}`,
    onIgnored: () => undefined,
    onWave: () => undefined,
  });
}

function aBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { userName: 'ada', emails: [{ type: 'work', value: 'ada@work.example' }], ...overrides };
}

async function create(body: unknown, tenant = model): Promise<StoredUser> {
  return (await users.create(tenant, body)).user;
}

async function refusalOf(write: Promise<unknown>): Promise<ScimError> {
  const error = await write.catch((thrown: unknown) => thrown);
  if (error instanceof ScimError) return error;
  throw new Error('it was not refused');
}

beforeEach(() => {
  store = new InterleavingStore();
  ids = 0;
  users = provisioningOver(store);
});

afterEach(() => store[Symbol.dispose]());

describe('a person whom the product had before', () => {
  test('keeps id and record, gets what the mapping writes, and none of the defaults', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    const view = await users.create(model, aBody({ title: 'Countess' }));
    expect(view).toEqual({
      user: {
        tenant: model.key,
        id: 'product-7',
        version: 1,
        createdAt: new Date(START),
        lastModified: new Date(START),
        resource: { userName: 'ada', active: true, emails: [{ type: 'work', value: 'ada@work.example' }], title: 'Countess' },
        person: { login: 'ada', contact: { email: 'ada@work.example' }, number: 42, plan: 'gold', role: 'admin', designation: 'Countess' },
        defaults: {},
        own: { number: 42, plan: 'gold', role: 'admin' },
        projection: model.projection,
        deletedAt: null,
      },
      groups: [],
    });
    expect(store.everyone(model.key)).toEqual([view.user]);
    expect(store.unlinked(model.key)).toEqual([]);
    expect(await users.get(model, 'product-7')).toEqual(view);
  });

  test('is found by the first target that finds anybody', async () => {
    await store.existing.put(model.key, { id: 'by-mail', person: ADA });
    await store.existing.put(model.key, { id: 'by-number', person: { number: 7 } });
    expect((await create(aBody({ externalId: '7' }))).id).toBe('by-number');
    expect((await create(aBody({ userName: 'ada2', externalId: '8' }))).id).toBe('by-mail');
    expect((await create(aBody({ userName: 'ada3', externalId: '7' }))).id).toBe('new-3');
  });

  test.each<{ name: string; body: Record<string, unknown>; person?: PersonRecord; tenant?: TenantModel }>([
    { name: 'the value is another', body: { emails: [{ type: 'work', value: 'ada@other.example' }] } },
    { name: 'the new person has no value', body: { emails: [] } },
    {
      name: 'a value of the template alone is the same',
      body: { emails: [] },
      person: { role: 'employee' },
      tenant: modelOf({ matchExistingBy: ['role'] }),
    },
    {
      name: 'a constant alone is the same',
      body: {},
      person: { role: 'employee' },
      tenant: modelOf({
        mapping: [{ ...aRule('title', 'role'), source: null, constant: 'employee' }],
        newUserDefaults: [],
        matchExistingBy: ['role'],
      }),
    },
    { name: 'the same value is of another target', body: {}, person: { mail: 'ada@work.example' } },
    { name: 'the tenant matches nobody', body: {}, tenant: modelOf({ matchExistingBy: [] }) },
    { name: 'the tenant is another', body: {}, tenant: modelOf({ name: 'other' }) },
  ])('is nobody when $name', async ({ body, person = ADA, tenant = model }) => {
    await store.existing.put(model.key, { id: 'product-7', person });
    const created = await create(aBody(body), tenant);
    expect(created).toMatchObject({ id: 'new-1', person: { role: 'employee' } });
    expect(store.unlinked(model.key)).toEqual([{ id: 'product-7', person }]);
  });

  test('is refused as anybody is, and stays as they were', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    await create(aBody({ userName: 'taken', emails: [] }));
    const before = store.contents();
    expect(await refusalOf(users.create(model, aBody({ userName: 'TAKEN' })))).toMatchObject({
      status: 409,
      scimType: 'uniqueness',
      reason: null,
      summary: 'attribute "userName" has the value of another person of this tenant',
    });
    expect(store.contents()).toEqual(before);
  });

  test('is never made twice by a changed address, and never merged with another', async () => {
    const first = await create(aBody());
    await store.existing.put(model.key, { id: 'product-7', person: { contact: { email: 'new@work.example' } } });
    const patch = { Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'new@work.example' }] };
    const { user: patched } = await users.patch(model, first.id, patch, null);
    expect(patched).toMatchObject({ id: first.id, person: { contact: { email: 'new@work.example' } } });
    const { user: replaced } = await users.replace(
      model,
      first.id,
      aBody({ emails: [{ type: 'work', value: 'newer@work.example' }] }),
      null,
    );
    expect(replaced).toMatchObject({ id: first.id, version: 3 });
    expect(store.everyone(model.key).map(({ id }) => id)).toEqual([first.id]);
    expect(store.unlinked(model.key).map(({ id }) => id)).toEqual(['product-7']);
  });

  test('keeps a record through PUT and PATCH until a rule writes it', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: { ...ADA, designation: 'Boss' } });
    await create(aBody());
    const replaced = await users.replace(model, 'product-7', aBody({ active: false }), null);
    expect(replaced.user.person).toMatchObject({ designation: 'Boss', plan: 'gold' });
    const titled = await users.patch(model, 'product-7', { Operations: [{ op: 'add', path: 'title', value: 'Dr.' }] }, null);
    expect(titled.user.person).toMatchObject({ designation: 'Dr.', plan: 'gold' });
    const cleared = await users.patch(model, 'product-7', { Operations: [{ op: 'remove', path: 'title' }] }, null);
    expect(cleared.user.person).toEqual({ login: 'ada', contact: { email: 'ada@work.example' }, number: 42, plan: 'gold', role: 'admin' });
  });
});

describe('a person whom DELETE hid', () => {
  test('comes back by the same userName before anybody is looked for by a target', async () => {
    const first = await create(aBody());
    await users.delete(model, first.id, null);
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    expect(await create(aBody())).toMatchObject({ id: first.id, version: 3 });
    expect(store.unlinked(model.key)).toHaveLength(1);
  });

  test('comes back by a target under another userName', async () => {
    const first = await create(aBody());
    await users.delete(model, first.id, null);
    expect(await create(aBody({ userName: 'lovelace' }))).toMatchObject({
      id: first.id,
      version: 3,
      deletedAt: null,
      resource: { userName: 'lovelace' },
      person: { login: 'lovelace', role: 'employee' },
    });
  });
});

describe('several people with one value', () => {
  test('are nobody: 409, and nothing is changed', async () => {
    for (const id of ['p2', 'p1']) await store.existing.put(model.key, { id, person: ADA });
    const hidden = await create(aBody({ userName: 'hidden' }), modelOf({ matchExistingBy: [] }));
    await users.delete(model, hidden.id, null);
    const before = store.contents();
    const error = await refusalOf(users.create(model, aBody()));
    expect(error).toMatchObject({
      status: 409,
      scimType: 'uniqueness',
      reason: 'AmbiguousMatch',
      summary: '3 people of the product have the value that "contact.email" of this person has (matchExistingBy)',
    });
    expect(error.message).toBe(
      '3 people of the product have the value that "contact.email" of this person has (matchExistingBy), so it is not known which of ' +
        'them this is: ids "new-1", "p1", "p2". Nothing was changed. Make "contact.email" unique among the product\'s records, or name a ' +
        'target before it that tells them apart',
    );
    expect(store.contents()).toEqual(before);
  });

  test('are named as far as that helps', async () => {
    for (let at = 1; at <= 9; at += 1) await store.existing.put(model.key, { id: `p${at}`, person: ADA });
    const { message } = await refusalOf(users.create(model, aBody()));
    expect(message).toContain('more than 5 people');
    expect(message).toContain('ids "p1", "p2", "p3", "p4", "p5" and others.');
  });

  test('do not matter when a target before finds one', async () => {
    for (const id of ['p1', 'p2']) await store.existing.put(model.key, { id, person: { ...ADA, number: id } });
    await store.existing.put(model.key, { id: 'p3', person: { ...ADA, number: 3 } });
    expect((await create(aBody({ externalId: '3' }))).id).toBe('p3');
  });
});

describe('races', () => {
  test('of 20 requests for one person whom the product had, one gets them and the others are refused', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => users.create(model, aBody())));
    expect(results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.user.id] : []))).toEqual(['product-7']);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ status: 409, scimType: 'uniqueness' });
    expect(store.everyone(model.key)).toHaveLength(1);
    expect(store.unlinked(model.key)).toEqual([]);
  });

  test('of requests under several names, one gets the person and the others become new ones', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((userName) => create(aBody({ userName }))));
    expect(made.filter(({ id }) => id === 'product-7')).toHaveLength(1);
    expect(new Set(made.map(({ id }) => id)).size).toBe(4);
    expect(store.everyone(model.key)).toHaveLength(4);
  });

  test('with the product, which changes the record meanwhile, lose none of its changes', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    let changed = false;
    const existing: InterleavingStore['existing'] = {
      ...store.existing,
      async adopt(...parameters) {
        if (!changed) await store.existing.put(model.key, { id: 'product-7', person: { ...ADA, plan: 'platinum' } });
        changed = true;
        return store.existing.adopt(...parameters);
      },
    };
    const { user } = await provisioningOver(store.with({ existing })).create(model, aBody());
    expect(user).toMatchObject({ id: 'product-7', person: { plan: 'platinum' }, own: { plan: 'platinum' } });
  });

  test('that are lost again and again end in 503', async () => {
    await store.existing.put(model.key, { id: 'product-7', person: ADA });
    const existing = { ...store.existing, adopt: async () => false };
    expect(await refusalOf(provisioningOver(store.with({ existing })).create(model, aBody()))).toMatchObject({
      status: 503,
      message: 'The person whom this one is to be is written by too many requests at once; send this one again',
    });
    expect(store.everyone(model.key)).toEqual([]);
  });
});
