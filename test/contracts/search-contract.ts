import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { FilterNode } from '#common/scim/filter-tree.ts';
import { parseAttributePath } from '#common/scim/parse-path.ts';
import { printFilter } from '#common/scim/print.ts';
import { resolveValuePath } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { tenantKeyOf } from '#common/tenant-config.ts';
import { representUser } from '#scim-service/domain/represent-user.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import { findGroups } from '#scim-service/provisioning/groups/find-groups.ts';
import { findUsers } from '#scim-service/provisioning/users/find-users.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { WHOLE_LIST, type Found, type SearchQuery } from '#scim-service/provisioning/search/search-query.ts';
import { matchesFilter } from '#scim-service/scim/filter/evaluate-filter.ts';
import { foldCase } from '#scim-service/scim/fold-case.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { arbitraryContent, arbitraryMapping, arbitrarySortBy, arbitraryTypedFilter } from '#test/support/arbitrary-search.ts';
import type { OpenedStore } from './user-store-contract.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const REFUSED = 'refused';

/** What every store promises of searches, as they are made by the one engine over it. */
export function describeSearch(store: string, open: () => Promise<OpenedStore>, { numRuns }: { readonly numRuns: number }): void {
  describe(`searches on ${store}`, () => {
    let opened: OpenedStore;
    let tenants = 0;

    beforeAll(async () => {
      opened = await open();
    });

    afterAll(() => opened.close());

    /** A tenant of its own for each run. */
    function aModel(mapping = aTenantConfig().mapping): TenantModel {
      tenants += 1;
      return compileTenantModel(aTenantConfig({ name: `search-${tenants}`, mapping }));
    }

    const search = (model: TenantModel, query: Partial<SearchQuery>): Promise<Found<StoredUser>> =>
      findUsers({ store: opened.store, clock: () => NOW }, model, { ...WHOLE_LIST, ...query });

    test('give what a naive filter over all represented people gives, in the order of a naive stable sort', async () => {
      const scenarios = arbitraryMapping.chain((mapping) => {
        const { schemas } = compileTenantModel(aTenantConfig({ mapping }));
        return fc.record({
          mapping: fc.constant(mapping),
          people: fc.array(fc.tuple(arbitraryContent(schemas), fc.integer({ min: 0, max: 3 })), { maxLength: 12 }),
          queries: fc.array(
            fc.record({
              filter: fc.option(arbitraryTypedFilter(schemas), { freq: 8 }),
              sortBy: fc.option(arbitrarySortBy(schemas)),
              sortOrder: fc.constantFrom('ascending' as const, 'descending' as const),
              startIndex: fc.integer({ min: 1, max: 8 }),
              count: fc.integer({ min: 0, max: 12 }),
            }),
            { minLength: 1, maxLength: 12 },
          ),
        });
      });
      await fc.assert(
        fc.asyncProperty(scenarios, async ({ mapping, people, queries }) => {
          const model = aModel(mapping);
          const users = await insertPeople(opened.store, model, people);
          for (const { filter, ...query } of queries) {
            const text = filter && printFilter(filter);
            const found = await attempt(() => search(model, { ...query, filter: text }));
            expect({ text, ...query, found: found === REFUSED ? found : { total: found.totalResults, ids: idsOf(found) } }).toEqual({
              text,
              ...query,
              found: naiveAnswer(users, model, { ...query, filter }),
            });
          }
        }),
        { numRuns },
      );
    }, 600_000);

    test('a walk by cursor meets everybody who is there all along exactly once, while others come and go', async () => {
      const steps = fc.array(
        fc.record({
          count: fc.integer({ min: 1, max: 4 }),
          born: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 3 }),
          gone: fc.nat(),
        }),
        {
          minLength: 1,
          maxLength: 30,
        },
      );
      const people = fc.array(
        fc.record({ createdAt: fc.integer({ min: 0, max: 30 }), title: fc.constantFrom('a', 'B', 'c', null), stays: fc.boolean() }),
        {
          maxLength: 15,
        },
      );
      const query = fc.constantFrom<Partial<SearchQuery>>(
        {},
        { filter: 'title pr' },
        { sortBy: 'title', sortOrder: 'descending' },
        { sortBy: 'userName' },
        { filter: 'not (title eq "b")', sortBy: 'title' },
      );
      await fc.assert(
        fc.asyncProperty(people, query, steps, async (those, wanted, changes) => {
          const model = aModel();
          const users = those.map(({ createdAt, title }) => aPerson(model, createdAt, title === null ? {} : { title }));
          for (const user of users) await opened.store.users.insert(user);
          const staying = users.filter((_, index) => those[index]!.stays);
          const leaving = users.filter((_, index) => !those[index]!.stays);
          const expected = new Set(
            staying.filter(({ resource }) => !wanted.filter || isWanted(wanted.filter, resource)).map(({ id }) => id),
          );

          const met: string[] = [];
          let cursor: string | null = '';
          for (let step = 0; cursor !== null; step += 1) {
            const { count, born, gone } = changes[step % changes.length]!;
            const page: Found<StoredUser> = await search(model, { ...wanted, cursor, count });
            expect(page).toMatchObject({ startIndex: null, itemsPerPage: page.resources.length });
            expect(page.resources.length).toBeLessThanOrEqual(count);
            met.push(...idsOf(page));
            cursor = page.nextCursor;
            if (step > 40) continue;
            for (const createdAt of born) await opened.store.users.insert(aPerson(model, createdAt, { title: 'b' }));
            const [leaver] = leaving.splice(gone % (leaving.length + 1), 1);
            if (leaver) await opened.store.users.remove(model.key, leaver.id, leaver.version, new Date(NOW));
          }
          expect(met.filter((id) => expected.has(id)).toSorted()).toEqual([...expected].toSorted());
          expect(new Set(met).size).toBe(met.length);
        }),
        { numRuns: Math.ceil(numRuns / 2) },
      );
    }, 600_000);

    test.each<Partial<SearchQuery>>([{}, { filter: 'title eq "a"' }, { sortBy: 'title', sortOrder: 'descending' }])(
      'the pages of %j are the same backwards',
      async (query) => {
        const model = aModel();
        for (let index = 0; index < 11; index += 1) {
          await opened.store.users.insert(aPerson(model, index % 3, { title: index % 4 === 0 ? 'b' : 'a' }));
        }
        const whole = await search(model, query);
        const forwards: string[][] = [];
        let page = await search(model, { ...query, cursor: '', count: 3 });
        expect(page.previousCursor).toBeNull();
        for (;;) {
          expect(page.totalResults).toBe(whole.totalResults);
          forwards.push(idsOf(page));
          if (page.nextCursor === null) break;
          page = await search(model, { ...query, cursor: page.nextCursor, count: 3 });
        }
        expect(forwards.flat()).toEqual(idsOf(whole));
        const backwards = [idsOf(page)];
        while (page.previousCursor !== null) {
          page = await search(model, { ...query, cursor: page.previousCursor, count: 3 });
          expect(page.nextCursor).not.toBeNull();
          backwards.unshift(idsOf(page));
        }
        expect(backwards).toEqual(forwards);
      },
    );

    test('a page before what has gone meanwhile is the first page', async () => {
      const model = aModel();
      const users = Array.from({ length: 5 }, (_, index) => aPerson(model, index, {}));
      for (const user of users) await opened.store.users.insert(user);
      for (const query of [{}, { sortBy: 'userName' }]) {
        const first = await search(model, { ...query, cursor: '', count: 2 });
        const second = await search(model, { ...query, cursor: first.nextCursor, count: 2 });
        for (const { id, version } of first.resources) await opened.store.users.remove(model.key, id, version, new Date(NOW));
        const back = await search(model, { ...query, cursor: second.previousCursor, count: 2 });
        expect(idsOf(back)).toEqual(idsOf(second));
        for (const user of first.resources) await opened.store.users.insert(user);
      }
    });

    test('a scan whose reader expects to look at few gives all the same', async () => {
      const model = aModel();
      const users = Array.from({ length: 5 }, (_, index) => aPerson(model, index, {}));
      for (const user of users) await opened.store.users.insert(user);
      const scanned: string[] = [];
      for await (const page of opened.store.users.scan(model.key, { by: 'all' }, { after: null, narrow: null, expected: 2 })) {
        scanned.push(...page.map(({ id }) => id));
      }
      expect(scanned).toEqual(users.map(({ id }) => id));
    });

    test('people are found by the groups that they are direct members of, together with other conditions', async () => {
      const model = aModel();
      const [ada, bob, cyd] = ['ada', 'bob', 'cyd'].map((title, index) => aPerson(model, index, { title })) as [
        StoredUser,
        StoredUser,
        StoredUser,
      ];
      for (const user of [ada, bob, cyd]) await opened.store.users.insert(user);
      const [left, right, outer] = ['left', 'right', 'outer'].map((displayName) =>
        aStoredGroup({ tenant: model.key, resource: { displayName, externalId: `e-${displayName}` } }),
      ) as [ReturnType<typeof aStoredGroup>, ReturnType<typeof aStoredGroup>, ReturnType<typeof aStoredGroup>];
      const { groups } = opened.store;
      await groups.insert(left, [
        { id: ada.id, type: 'User' },
        { id: bob.id, type: 'User' },
      ]);
      await groups.insert(right, [
        { id: bob.id, type: 'User' },
        { id: cyd.id, type: 'User' },
      ]);
      await groups.insert(outer, [{ id: left.id, type: 'Group' }]);

      const found = async (filter: string): Promise<unknown[]> =>
        (await search(model, { filter })).resources.map(({ resource }) => resource['title']);
      expect(await found(`groups.value eq "${left.id}"`)).toEqual(['ada', 'bob']);
      expect(await found(`groups[value eq "${outer.id}"]`)).toEqual([]);
      expect(await found(`groups eq "${left.id}" and title ne "ada"`)).toEqual(['bob']);
      expect(await found(`groups eq "${left.id}" and groups eq "${right.id}"`)).toEqual(['bob']);
      expect(await found(`id eq "${cyd.id}" and groups eq "${left.id}"`)).toEqual([]);
      expect(await found(`id eq "${ada.id}" and groups eq "${left.id}"`)).toEqual(['ada']);
      const sorted = await search(model, { filter: `groups eq "${right.id}"`, sortBy: 'title', sortOrder: 'descending' });
      expect(sorted.resources.map(({ resource }) => resource['title'])).toEqual(['cyd', 'bob']);

      const withoutGroups = compileTenantModel({ ...model.config, groups: { enabled: false } });
      expect((await search(withoutGroups, { filter: `groups eq "${left.id}"` })).totalResults).toBe(0);
      expect((await search(withoutGroups, { filter: `id eq "${ada.id}" and groups eq "${left.id}"` })).totalResults).toBe(0);
      expect((await search(withoutGroups, { filter: `id eq "${ada.id}"` })).totalResults).toBe(1);

      const named = async (filter: string): Promise<string[]> => {
        const parts = { store: opened.store, clock: () => NOW };
        return (await findGroups(parts, model, { ...WHOLE_LIST, filter })).resources.map(({ resource }) => resource.displayName).toSorted();
      };
      expect(await named(`members.value eq "${bob.id}"`)).toEqual(['left', 'right']);
      expect(await named(`members eq "${left.id}"`)).toEqual(['outer']);
      expect(await named(`id eq "${left.id}" and members eq "${ada.id}"`)).toEqual(['left']);
      expect(await named(`id eq "${right.id}" and members eq "${ada.id}"`)).toEqual([]);
      expect(await named(`members eq "${bob.id}" and members eq "${ada.id}"`)).toEqual(['left']);
      expect(await named(`members eq "${bob.id}" and displayName sw "R"`)).toEqual(['right']);
      expect(await named('displayName eq "LEFT"')).toEqual(['left']);
      expect(await named('externalId eq "e-left"')).toEqual(['left']);
      expect(await named('externalId eq "E-LEFT"')).toEqual([]);
      expect(await named('displayName co "t" and meta.resourceType eq "Group"')).toEqual(
        ['left', 'outer', 'right'].filter((name) => name.includes('t')),
      );
      expect(await named('not (displayName co "gh")')).toEqual(['left', 'outer']);
    });
  });
}

function aPerson(model: TenantModel, minute: number, resource: ScimObject): StoredUser {
  const createdAt = new Date(Date.parse('2026-11-24T08:00:00Z') + minute * 60_000);
  return aStoredUser({ tenant: model.key, createdAt, lastModified: createdAt, resource });
}

async function insertPeople(
  store: ScimStore,
  model: TenantModel,
  people: readonly (readonly [ScimObject, number])[],
): Promise<StoredUser[]> {
  const users: StoredUser[] = [];
  for (const [content, moment] of people) {
    const id = randomUUID();
    const user = aStoredUser({
      id,
      tenant: tenantKeyOf(model.config),
      version: 1 + moment,
      createdAt: new Date(Date.parse('2026-11-24T08:00:00Z') + moment),
      lastModified: new Date(Date.parse('2026-11-24T08:00:00Z') + 2 * moment),
      resource: { ...content, userName: `a${id.slice(0, 6)}`, active: content['active'] ?? true },
    });
    await store.users.insert(user);
    users.push(user);
  }
  return users.sort((left, right) => left.createdAt.getTime() - right.createdAt.getTime() || (left.id < right.id ? -1 : 1));
}

type NaiveQuery = Pick<SearchQuery, 'sortBy' | 'sortOrder'> & {
  readonly filter: FilterNode | null;
  readonly startIndex: number;
  readonly count: number;
};

/** @param users in the order of creation */
function naiveAnswer(users: readonly StoredUser[], model: TenantModel, { filter, sortBy, sortOrder, startIndex, count }: NaiveQuery) {
  const represented = users.map(
    (user) => representUser({ user, groups: [] }, { model, baseUrl: 'https://scim.example.com' }) as ScimObject,
  );
  const definition = sortBy === null ? null : sortedDefinition(sortBy, model);
  if (definition?.type === 'complex') return REFUSED;
  try {
    // An empty tenant refuses a wrong filter too.
    if (filter) matchesFilter(filter, {}, model.schemas);
    const matching = represented.filter((resource) => filter === null || matchesFilter(filter, resource, model.schemas));
    const sorted = sortBy === null || definition === null ? matching : naiveSort(matching, sortBy, definition, model, sortOrder);
    return { total: matching.length, ids: sorted.slice(startIndex - 1, startIndex - 1 + count).map(({ id }) => id) };
  } catch (error) {
    if (error instanceof ScimError) return REFUSED;
    throw error;
  }
}

function sortedDefinition(sortBy: string, model: TenantModel): AttributeDefinition {
  const { attribute, subAttribute } = resolveValuePath({ ...parseAttributePath(sortBy), filter: null }, model.schemas)!;
  return subAttribute ?? attribute.subAttributes?.find(({ name }) => name === 'value') ?? attribute;
}

function naiveSort(
  resources: readonly ScimObject[],
  sortBy: string,
  definition: AttributeDefinition,
  model: TenantModel,
  sortOrder: string,
): ScimObject[] {
  const direction = sortOrder === 'descending' ? -1 : 1;
  const keyed = resources.map((resource) => ({ resource, key: naiveKey(resource, sortBy, definition, model) }));
  const present = keyed.filter(({ key }) => key !== null);
  present.sort(({ key: left }, { key: right }) => (left! < right! ? -direction : left! > right! ? direction : 0));
  return [...present, ...keyed.filter(({ key }) => key === null)].map(({ resource }) => resource);
}

function naiveKey(
  resource: ScimObject,
  sortBy: string,
  definition: AttributeDefinition,
  model: TenantModel,
): string | number | boolean | null {
  const { schema, extension, attribute, subAttribute } = resolveValuePath({ ...parseAttributePath(sortBy), filter: null }, model.schemas)!;
  const container = (extension ? resource[schema.id] : resource) as ScimObject | undefined;
  const value = container && Object.hasOwn(container, attribute.name) ? container[attribute.name] : undefined;
  const values = value === undefined ? [] : Array.isArray(value) ? (value as ScimObject[]) : [value as ScimObject];
  const one = values.find((entry) => typeof entry === 'object' && entry['primary'] === true) ?? values[0];
  const name = subAttribute?.name ?? (attribute.type === 'complex' ? 'value' : null);
  const plain = name === null || one === undefined ? one : one[name];
  if (plain === undefined || typeof plain !== KINDS[definition.type]) return null;
  if (typeof plain !== 'string') return plain as unknown as number | boolean;
  if (definition.type === 'dateTime') return Number.isNaN(utc(plain)) ? null : utc(plain);
  return definition.caseExact ? plain : foldCase(plain);
}

const KINDS: Readonly<Record<AttributeDefinition['type'], string>> = {
  string: 'string',
  reference: 'string',
  binary: 'string',
  dateTime: 'string',
  boolean: 'boolean',
  integer: 'number',
  decimal: 'number',
  complex: 'object',
};

/** NaN for what is no date-time; Date.parse takes "10" for a month. */
function utc(text: string): number {
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return Number.NaN;
  return Date.parse(/T.*(Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`);
}

function isWanted(filter: string, { title }: ScimObject): boolean {
  return filter === 'title pr' ? title !== undefined : title !== 'B';
}

function idsOf({ resources }: Found<StoredUser>): string[] {
  return resources.map(({ id }) => id);
}

async function attempt(search: () => Promise<Found<StoredUser>>): Promise<Found<StoredUser> | typeof REFUSED> {
  try {
    return await search();
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return REFUSED;
    throw error;
  }
}
