import { beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { etagOf } from '#scim-service/domain/etag.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import type { UserView } from '#scim-service/domain/user-view.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { WHOLE_LIST, type SearchQuery } from '#scim-service/provisioning/search/search-query.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';

const START = Date.parse('2026-01-31T08:00:00Z');
const model = modelOf();
const removing = modelOf({ users: { onDelete: 'Remove', retentionSeconds: 0 } });

let store: InterleavingStore;
let now: number;
let ids: number;
let ignored: (readonly string[])[];
let users: ReturnType<typeof provisioningOver>;

function modelOf(overrides: Partial<TenantConfig> = {}) {
  return compileTenantModel(
    aTenantConfig({
      mapping: [
        aRule('userName', 'login', { required: true }),
        aRule('emails[type eq "work"].value', 'contact.email'),
        aRule('name', 'name'),
        aRule('title', 'designation'),
        aRule('active', 'enabled'),
        aRule(`${ENTERPRISE_USER_URN}:employeeNumber`, 'number', { type: 'Integer' }),
      ],
      ...overrides,
    }),
  );
}

/** The use cases, with the people alone in their answers; `groups` are shown in groups-of-user.test.ts. */
function provisioningOver(over: ScimStore) {
  const provisioning = createUserProvisioning({
    store: over,
    clock: () => (now += 1_000),
    newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
    onIgnored: (_, attributes) => ignored.push(attributes),
    onWave: () => undefined,
  });
  const person = async (view: Promise<UserView>): Promise<StoredUser> => (await view).user;
  return {
    create: (tenant: TenantModel, body: unknown) => person(provisioning.create(tenant, body)),
    get: (tenant: TenantModel, id: string) => person(provisioning.get(tenant, id)),
    async find(tenant: TenantModel, query: Partial<SearchQuery>) {
      const { totalResults, startIndex, itemsPerPage, resources } = await provisioning.find(tenant, { ...WHOLE_LIST, ...query });
      return { totalResults, startIndex, itemsPerPage, users: resources.map(({ user }) => user) };
    },
    replace: (...parameters: Parameters<UserProvisioning['replace']>) => person(provisioning.replace(...parameters)),
    patch: (...parameters: Parameters<UserProvisioning['patch']>) => person(provisioning.patch(...parameters)),
    delete: (...parameters: Parameters<UserProvisioning['delete']>) => provisioning.delete(...parameters),
  };
}

function aBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'ada@example.com', ...overrides };
}

function aPatch(...operations: Record<string, unknown>[]): Record<string, unknown> {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

function refusal(status: number, scimType: string | null, message?: string) {
  return expect.objectContaining({ status, scimType, ...(message !== undefined && { message: expect.stringContaining(message) }) });
}

beforeEach(() => {
  store = new InterleavingStore();
  now = START;
  ids = 0;
  ignored = [];
  users = provisioningOver(store);
});

describe('create', () => {
  test('keeps what is selected, maps it, and sets defaults', async () => {
    const body = aBody({
      emails: [{ type: 'work', value: 'ada@work.example', primary: 'True' }],
      [ENTERPRISE_USER_URN]: { employeeNumber: '42' },
    });
    const created = await users.create(model, body);
    expect(created).toEqual({
      tenant: 'team-hr/acme',
      id: '00000000-0000-4000-8000-000000000001',
      version: 1,
      createdAt: new Date(START + 1_000),
      lastModified: new Date(START + 1_000),
      resource: {
        userName: 'ada@example.com',
        active: true,
        emails: [{ type: 'work', value: 'ada@work.example', primary: true }],
        [ENTERPRISE_USER_URN]: { employeeNumber: '42' },
      },
      person: { login: 'ada@example.com', contact: { email: 'ada@work.example' }, enabled: true, number: 42, role: 'employee' },
      defaults: { role: 'employee' },
      own: {},
      projection: model.projection,
      deletedAt: null,
    });
    expect(store.everyone(model.key)).toEqual([created]);
    expect(ignored).toEqual([]);
  });

  test('reports once what is unknown or unselected', async () => {
    await users.create(
      model,
      aBody({
        nickName: 'A',
        shoeSize: 38,
        emails: [
          { type: 'home', value: 'a@b' },
          { type: 'home', value: 'c@d' },
        ],
      }),
    );
    expect(ignored).toHaveLength(1);
    expect([...(ignored[0] ?? [])].sort()).toEqual(['emails[type eq "home"]', 'nickName', 'shoeSize']);
  });

  test.each([
    { name: 'a body that is no object', body: [], error: refusal(400, 'invalidSyntax') },
    { name: 'no userName', body: { active: true }, error: refusal(400, 'invalidValue', 'userName') },
    { name: 'an empty userName', body: aBody({ userName: '' }), error: refusal(400, 'invalidValue', 'userName') },
    {
      name: 'a value that can not be converted',
      body: aBody({ [ENTERPRISE_USER_URN]: { employeeNumber: 'x' } }),
      error: refusal(400, 'invalidValue', 'employeeNumber" (mapped to "number")'),
    },
  ])('refuses $name and writes nothing', async ({ body, error }) => {
    await expect(users.create(model, body)).rejects.toEqual(error);
    expect(store.writes).toBe(0);
  });

  test('gives one of 20 parallel requests for one userName the person and refuses the others', async () => {
    const bodies = Array.from({ length: 20 }, (_, at) => aBody({ userName: at % 2 ? 'ada@example.com' : 'ADA@example.com' }));
    const results = await Promise.allSettled(bodies.map((body) => users.create(model, body)));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(19);
    for (const { reason } of refused) expect(reason).toEqual(refusal(409, 'uniqueness', 'userName'));
    expect(store.everyone(model.key)).toHaveLength(1);
  });

  test('gives a deleted person back under the same id, with creation and version going on', async () => {
    const first = await users.create(model, aBody({ title: 'Countess' }));
    await users.delete(model, first.id, null);
    const again = await users.create(model, aBody({ userName: 'Ada@Example.com' }));
    expect(again).toMatchObject({ id: first.id, version: 3, createdAt: first.createdAt, deletedAt: null });
    expect(again.resource).toEqual({ userName: 'Ada@Example.com', active: true });
    expect(again.person).toEqual({ login: 'Ada@Example.com', enabled: true, role: 'employee' });
    expect(await users.get(model, first.id)).toEqual(again);
  });

  test('gives a deleted person back to one of 20 parallel requests', async () => {
    const first = await users.create(model, aBody());
    await users.delete(model, first.id, null);
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => users.create(model, aBody())));
    const created = results.filter((result) => result.status === 'fulfilled');
    expect(created.map(({ value }) => value.id)).toEqual([first.id]);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(refusal(409, 'uniqueness'));
    expect(store.everyone(model.key)).toHaveLength(1);
  });

  test('begins anew where the revival is lost to another request, and gives up when that never ends', async () => {
    const first = await users.create(model, aBody());
    await users.delete(model, first.id, null);
    await expect(provisioningOver(losesWrites(Number.POSITIVE_INFINITY)).create(model, aBody())).rejects.toEqual(
      refusal(503, null, 'send this one again'),
    );
    expect(await provisioningOver(losesWrites(2)).create(model, aBody())).toMatchObject({ id: first.id, version: 3 });
  });

  test('gives a person back whom the tenant kept before it came to remove people', async () => {
    const first = await users.create(model, aBody());
    await users.delete(model, first.id, null);
    expect(await users.create(removing, aBody())).toMatchObject({ id: first.id, version: 3 });
  });

  test('tells all that is wrong with a person at once', async () => {
    const strict = modelOf({ mapping: [aRule('title', 'designation', { required: true }), aRule('locale', 'grade', { type: 'Integer' })] });
    await expect(users.create(strict, { active: 'often', locale: 'high' })).rejects.toEqual(
      refusal(
        400,
        'invalidValue',
        [
          'active is "often", but true or false is expected',
          'attribute "userName" is required and must be a text that is not empty',
          'attribute "title" (mapped to "designation") is required by this tenant and missing',
          'attribute "locale" (mapped to "grade") has the value "high", which is not a whole number such as 42 (type Integer)',
        ].join('; '),
      ),
    );
    expect(store.writes).toBe(0);
  });
});

describe('get and delete', () => {
  test('an unknown id is 404', async () => {
    const missing = refusal(404, null, 'User "nobody"');
    await expect(users.get(model, 'nobody')).rejects.toEqual(missing);
    await expect(users.replace(model, 'nobody', aBody(), null)).rejects.toEqual(missing);
    await expect(users.patch(model, 'nobody', aPatch(), null)).rejects.toEqual(missing);
    await expect(users.delete(model, 'nobody', null)).rejects.toEqual(missing);
  });

  test('a person of another tenant is 404', async () => {
    const { id } = await users.create(model, aBody());
    const other = modelOf({ name: 'globex' });
    await expect(users.get(other, id)).rejects.toEqual(refusal(404, null));
  });

  test('deactivation hides the person from SCIM and keeps them, inactive, for the product', async () => {
    const { id, person } = await users.create(model, aBody({ title: 'Countess' }));
    await users.delete(model, id, null);
    const deletedAt = new Date(now);
    await expect(users.get(model, id)).rejects.toEqual(refusal(404, null));
    await expect(users.delete(model, id, null)).rejects.toEqual(refusal(404, null));
    expect(await users.find(model, { filter: null, startIndex: 1, count: 10 })).toMatchObject({ totalResults: 0 });
    expect(store.everyone(model.key)).toMatchObject([
      { id, version: 2, resource: { active: false }, person: { ...person, enabled: false } },
    ]);
    expect(store.everyone(model.key)[0]?.deletedAt).toEqual(deletedAt);
  });

  test('removal leaves nothing, and a re-created person is a new one', async () => {
    const { id } = await users.create(removing, aBody());
    await users.delete(removing, id, null);
    expect(store.everyone(removing.key)).toEqual([]);
    expect((await users.create(removing, aBody())).id).not.toBe(id);
  });

  test.each([
    ['deactivation', model],
    ['removal', removing],
  ])('%s with a stale If-Match is 412 and changes nothing', async (_, tenant) => {
    const { id } = await users.create(tenant, aBody());
    await expect(users.delete(tenant, id, etagOf(7))).rejects.toEqual(refusal(412, null, 'W/"1"'));
    expect(await users.get(tenant, id)).toMatchObject({ version: 1 });
    await users.delete(tenant, id, etagOf(1));
  });

  test('parallel deletes succeed once, and the person is gone', async () => {
    const { id } = await users.create(removing, aBody());
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => users.delete(removing, id, null)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('replace', () => {
  test('clears what the body leaves out and keeps id, creation and defaults', async () => {
    const first = await users.create(model, aBody({ title: 'Countess', externalId: 'e1', emails: [{ type: 'work', value: 'a@w' }] }));
    const next = await users.replace(model, first.id, aBody({ userName: 'lovelace', name: { givenName: 'Ada' } }), null);
    expect(next).toMatchObject({ id: first.id, version: 2, createdAt: first.createdAt, lastModified: new Date(now) });
    expect(next.resource).toEqual({ userName: 'lovelace', active: true, name: { givenName: 'Ada' } });
    expect(next.person).toEqual({ login: 'lovelace', name: { givenName: 'Ada' }, enabled: true, role: 'employee' });
    expect(await users.get(model, first.id)).toEqual(next);
  });

  test('tells all that is wrong with a person at once', async () => {
    const { id } = await users.create(model, aBody());
    const body = { active: 'often', [ENTERPRISE_USER_URN]: { employeeNumber: 'x' } };
    await expect(users.replace(model, id, body, null)).rejects.toEqual(
      refusal(
        400,
        'invalidValue',
        [
          'active is "often", but true or false is expected (mapped to "enabled", type of the attribute)',
          'attribute "userName" is required and must be a text that is not empty',
          `attribute "${ENTERPRISE_USER_URN}:employeeNumber" (mapped to "number") has the value "x", which is not a whole number such as 42 (type Integer)`,
        ].join('; '),
      ),
    );
  });

  test('keeps an inactive person inactive when the body does not say', async () => {
    const { id } = await users.create(model, aBody({ active: false }));
    expect((await users.replace(model, id, aBody({ title: 'x' }), null)).resource.active).toBe(false);
  });

  test('writes nothing when nothing changes', async () => {
    const first = await users.create(model, aBody({ title: 'Countess' }));
    expect(await users.replace(model, first.id, aBody({ title: 'Countess', active: 'True' }), null)).toEqual(first);
    expect(store.writes).toBe(1);
  });

  test('refuses a body without userName, a taken userName and a stale If-Match', async () => {
    const { id } = await users.create(model, aBody());
    await users.create(model, aBody({ userName: 'babbage' }));
    await expect(users.replace(model, id, { title: 'x' }, null)).rejects.toEqual(refusal(400, 'invalidValue', 'userName'));
    await expect(users.replace(model, id, aBody({ userName: 'BABBAGE' }), null)).rejects.toEqual(refusal(409, 'uniqueness', 'BABBAGE'));
    await expect(users.replace(model, id, aBody({ title: 'x' }), 'W/"2"')).rejects.toEqual(refusal(412, null));
    expect(await users.get(model, id)).toMatchObject({ version: 1 });
  });

  test('gives one of the requests with the same If-Match the write and the others 412', async () => {
    const { id } = await users.create(model, aBody());
    const titles = Array.from({ length: 10 }, (_, at) => `title ${at}`);
    const results = await Promise.allSettled(titles.map((title) => users.replace(model, id, aBody({ title }), etagOf(1))));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(9);
    for (const { reason } of refused) expect(reason).toEqual(refusal(412, null));
    expect(await users.get(model, id)).toMatchObject({ version: 2 });
  });
});

describe('patch', () => {
  test('changes resource and person together', async () => {
    const { id } = await users.create(model, aBody());
    const patched = await users.patch(
      model,
      id,
      aPatch(
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'a@w' },
        { op: 'Add', path: `${ENTERPRISE_USER_URN}:employeeNumber`, value: '43' },
        { op: 'Replace', path: 'active', value: 'False' },
      ),
      etagOf(1),
    );
    expect(patched).toMatchObject({
      version: 2,
      resource: { active: false, emails: [{ type: 'work', value: 'a@w' }] },
      person: { contact: { email: 'a@w' }, number: 43, enabled: false, role: 'employee' },
    });
    expect(await users.get(model, id)).toEqual(patched);
  });

  test.each([
    { name: 'no operations', body: aPatch() },
    {
      name: 'the values that are there',
      body: aPatch({ op: 'replace', path: 'title', value: 'Countess' }, { op: 'add', path: 'active', value: 'True' }),
    },
    { name: 'an unselected attribute', body: aPatch({ op: 'replace', path: 'nickName', value: 'A' }) },
    { name: 'an unselected value', body: aPatch({ op: 'add', path: 'emails[type eq "home"].value', value: 'a@h' }) },
    { name: 'the removal of active', body: aPatch({ op: 'remove', path: 'active' }) },
  ])('of $name writes nothing and keeps version and lastModified', async ({ body }) => {
    const first = await users.create(model, aBody({ title: 'Countess' }));
    expect(await users.patch(model, first.id, body, null)).toEqual(first);
    expect(store.writes).toBe(1);
  });

  test('reports once what it sends in vain, and nothing that an earlier mapping took', async () => {
    const wide = modelOf({ mapping: [aRule('nickName', 'nick'), aRule('title', 'designation')] });
    const { id } = await users.create(wide, aBody({ nickName: 'A', title: 'Countess' }));
    const body = aPatch(
      { op: 'replace', value: { shoeSize: 38, displayName: 'Ada', title: 'Dr.' } },
      { op: 'add', path: 'displayName', value: 'A' },
    );
    const patched = await users.patch(model, id, body, null);
    expect(ignored.map((paths) => [...paths].sort())).toEqual([['displayName', 'shoeSize']]);
    expect(patched.resource).toEqual({ userName: 'ada@example.com', active: true, title: 'Dr.' });
  });

  test('is refused whole when one operation is wrong or the result can not be mapped', async () => {
    const strict = modelOf({
      mapping: [aRule('title', 'designation', { required: true }), aRule('locale', 'locale')],
      newUserDefaults: [],
    });
    const first = await users.create(strict, aBody({ title: 'Countess' }));
    const good = { op: 'replace', path: 'locale', value: 'en' };
    for (const bad of [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'userName' },
      { op: 'replace', path: 'active', value: 'maybe' },
    ]) {
      await expect(users.patch(strict, first.id, aPatch(good, bad), null)).rejects.toEqual(expect.objectContaining({ status: 400 }));
    }
    expect(await users.get(strict, first.id)).toEqual(first);
  });

  test('tells all that is wrong with a person at once: what can not be read, and what the rest would leave', async () => {
    const strict = modelOf({
      mapping: [
        aRule('title', 'designation', { required: true }),
        aRule('locale', 'grade', { type: 'Integer' }),
        aRule('nickName', 'nick', { required: true }),
        aRule('active', 'enabled'),
      ],
    });
    const { id } = await users.create(strict, aBody({ title: 'Countess', nickName: 'A' }));
    const body = aPatch(
      { op: 'remove', path: 'title' },
      { op: 'replace', path: 'locale', value: 'high' },
      { op: 'replace', path: 'active', value: 'often' },
      { op: 'replace', path: 'nickName', value: { a: 1 } },
    );
    await expect(users.patch(strict, id, body, null)).rejects.toEqual(
      refusal(
        400,
        'invalidValue',
        [
          'active is "often", but true or false is expected (mapped to "enabled", type of the attribute)',
          'nickName is an object, but a string is expected (mapped to "nick", type of the attribute)',
          'attribute "title" (mapped to "designation") is required by this tenant and missing',
          'attribute "locale" (mapped to "grade") has the value "high", which is not a whole number such as 42 (type Integer)',
        ].join('; '),
      ),
    );
    expect(await users.get(strict, id)).toMatchObject({ version: 1 });
  });

  test('tells of the values that can not be read where an operation fails because of them', async () => {
    const { id } = await users.create(model, aBody());
    const body = aPatch(
      { op: 'add', path: 'emails', value: [{ type: 'work', value: { a: 1 } }] },
      { op: 'replace', path: 'emails[not (type eq "home")].value', value: 'a@w' },
    );
    await expect(users.patch(model, id, body, null)).rejects.toEqual(
      refusal(400, 'invalidValue', 'emails[0].value is an object, but a string is expected'),
    );
  });

  test('of nobody, or of another version, is that before anything about its values', async () => {
    const { id } = await users.create(model, aBody());
    const body = aPatch({ op: 'replace', path: 'active', value: 'often' });
    await expect(users.patch(model, 'nobody', body, null)).rejects.toEqual(refusal(404, null));
    await expect(users.patch(model, id, body, etagOf(9))).rejects.toEqual(refusal(412, null));
  });

  test('refuses a taken userName and a stale If-Match', async () => {
    const { id } = await users.create(model, aBody());
    await users.create(model, aBody({ userName: 'babbage' }));
    const rename = aPatch({ op: 'replace', path: 'userName', value: 'Babbage' });
    await expect(users.patch(model, id, rename, null)).rejects.toEqual(refusal(409, 'uniqueness', 'Babbage'));
    await expect(users.patch(model, id, aPatch({ op: 'replace', path: 'title', value: 'x' }), 'W/"9"')).rejects.toEqual(refusal(412, null));
  });

  test('of 50 parallel requests for different attributes loses none', async () => {
    const sources = Array.from({ length: 50 }, (_, at) => `urn:ietf:params:scim:schemas:extension:acme:2.0:User:field${at}`);
    const wide = modelOf({ mapping: sources.map((source, at) => aRule(source, `fields.f${at}`)), newUserDefaults: [] });
    const { id } = await users.create(wide, aBody());
    const results = await Promise.all(
      sources.map((path, at) => users.patch(wide, id, aPatch({ op: 'replace', path, value: `value ${at}` }), null)),
    );
    expect(new Set(results.map(({ version }) => version)).size).toBe(50);
    const stored = await users.get(wide, id);
    expect(stored.version).toBe(51);
    expect(stored.person).toEqual({ fields: Object.fromEntries(sources.map((_, at) => [`f${at}`, `value ${at}`])) });
  });

  test('gives up with 503 when others never stop writing the same person', async () => {
    const { id } = await users.create(model, aBody());
    const losing = losesWrites(Number.POSITIVE_INFINITY);
    const patch = provisioningOver(losing).patch(model, id, aPatch({ op: 'replace', path: 'title', value: 'x' }), null);
    await expect(patch).rejects.toEqual(refusal(503, null, 'send this one again'));
  });
});

describe('find', () => {
  async function createMany(count: number): Promise<void> {
    for (let at = 1; at <= count; at += 1) {
      await users.create(
        model,
        aBody({ userName: `user${at}`, emails: [{ type: 'work', value: 'shared@w' }], title: at % 2 ? 'odd' : 'even' }),
      );
    }
  }

  test.each([
    { startIndex: 1, count: 2, first: 1, names: ['user1', 'user2'] },
    { startIndex: 3, count: 2, first: 3, names: ['user3'] },
    { startIndex: 0, count: 1, first: 1, names: ['user1'] },
    { startIndex: -5, count: 1, first: 1, names: ['user1'] },
    { startIndex: 4, count: 10, first: 4, names: [] },
    { startIndex: 1, count: 0, first: 1, names: [] },
    { startIndex: 1, count: -1, first: 1, names: [] },
  ])('pages from $startIndex by $count', async ({ startIndex, count, first, names }) => {
    await createMany(3);
    for (const filter of [null, 'emails.value eq "SHARED@w"']) {
      const page = await users.find(model, { filter, startIndex, count });
      expect({ ...page, users: page.users.map(({ resource }) => resource.userName) }).toEqual({
        totalResults: 3,
        startIndex: first,
        itemsPerPage: names.length,
        users: names,
      });
    }
  });

  test('gives at most 200 at once and counts all, with or without a filter', async () => {
    await createMany(205);
    expect(await users.find(model, { filter: null, startIndex: 1, count: 1_000 })).toMatchObject({ totalResults: 205, itemsPerPage: 200 });
    const odd = 'emails[type eq "work"].value eq "shared@w" and title eq "odd"';
    const second = await users.find(model, { filter: odd, startIndex: 101, count: 1_000 });
    expect(second).toMatchObject({ totalResults: 103, startIndex: 101, itemsPerPage: 3 });
    expect(second.users.map(({ resource }) => resource.userName)).toEqual(['user201', 'user203', 'user205']);
  });

  test.each([
    { filter: 'userName eq "ADA@EXAMPLE.COM"', hits: 1 },
    { filter: 'userName eq "nobody"', hits: 0 },
    { filter: 'externalId eq "e1"', hits: 1 },
    { filter: 'externalId eq "E1"', hits: 0 },
    { filter: 'emails[type eq "work"].value eq "ada@W"', hits: 1 },
    { filter: 'emails[type eq "home"].value eq "ada@w"', hits: 0 },
    { filter: 'emails.value eq "ada@h"', hits: 0 },
    { filter: 'userName eq "ada@example.com" and active eq true', hits: 1 },
    { filter: 'userName eq "ada@example.com" and active eq "False"', hits: 0 },
    { filter: 'userName eq "ada@example.com" and id eq "00000000-0000-4000-8000-000000000001"', hits: 1 },
    { filter: 'userName eq "ada@example.com" and id eq "other"', hits: 0 },
    { filter: 'userName eq "ada@example.com" and meta.resourceType eq "User"', hits: 1 },
  ])('finds $hits by $filter', async ({ filter, hits }) => {
    await users.create(
      model,
      aBody({
        externalId: 'e1',
        emails: [
          { type: 'work', value: 'ada@w' },
          { type: 'home', value: 'ada@h' },
        ],
      }),
    );
    expect(await users.find(model, { filter, startIndex: 1, count: 10 })).toMatchObject({ totalResults: hits, itemsPerPage: hits });
  });

  test('finds nobody by an address that today’s mapping does not select', async () => {
    await users.create(model, aBody({ emails: [{ type: 'work', value: 'ada@w' }] }));
    const narrow = modelOf({ mapping: [aRule('userName', 'login')] });
    const query = { filter: 'emails.value eq "ada@w"', startIndex: 1, count: 10 };
    expect((await users.find(narrow, query)).totalResults).toBe(0);
    expect((await users.find(model, query)).totalResults).toBe(1);
  });

  test.each([
    { filter: 'userName eq', message: 'at the end' },
    { filter: 'userName is "a"', message: 'at character 10' },
    { filter: 'shoeSize eq 38', message: 'shoeSize' },
    { filter: 'userName eq "a" and active eq "maybe"', message: 'true or false' },
    { filter: '', message: "can't be read" },
  ])('refuses the filter $filter', async ({ filter, message }) => {
    await expect(users.find(model, { filter, startIndex: 1, count: 10 })).rejects.toEqual(refusal(400, 'invalidFilter', message));
  });
});

describe('whatever a client sends', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('userName', 'emails[type eq "work"].value', 'name', 'active', 'True', '__proto__', ENTERPRISE_USER_URN),
  );
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, text, fc.jsonValue(), fc.array(tie('value')), fc.dictionary(text, tie('value'))),
  })).value;
  const operation = fc.record({ op: fc.constantFrom('add', 'Replace', 'remove', 'x'), path: text, value: json }, { requiredKeys: ['op'] });
  const bodies = fc.oneof(
    json,
    fc.dictionary(text, json).map((body) => aBody(body)),
    fc.array(operation, { maxLength: 4 }).map((operations) => aPatch(...operations)),
  );

  test('is done or refused with a ScimError, and what is stored has a userName and a record', async () => {
    const { id } = await users.create(model, aBody({ userName: 'fixed' }));
    await fc.assert(
      fc.asyncProperty(bodies, text, async (body, filter) => {
        const results = await Promise.allSettled([
          users.create(model, body),
          users.patch(model, id, body, null),
          users.replace(model, id, body, null),
          users.find(model, { filter, startIndex: 1, count: 1 }),
        ]);
        for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ScimError);
        for (const { resource, person } of store.everyone(model.key)) {
          expect(resource.userName.trim()).not.toBe('');
          expect(person['login']).toBe(resource.userName);
        }
      }),
    );
  });
});

/** The store as a writer sees it who loses its first `losses` races for a person. */
function losesWrites(losses: number): ScimStore {
  let left = losses;
  const loses = (): boolean => (left -= 1) >= 0;
  const { users: people } = store;
  return store.with({
    users: {
      ...people,
      replace: async (user, expectedVersion) => !loses() && people.replace(user, expectedVersion),
      revive: async (user, expectedVersion) => !loses() && people.revive(user, expectedVersion),
    },
  });
}
