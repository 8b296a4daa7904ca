import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import mongoose from 'mongoose';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { printFilter } from '#common/scim/print.ts';
import { GROUP_SCHEMAS } from '#scim-service/domain/group-model.ts';
import { searchableGroup, searchableUser } from '#scim-service/domain/searchable-resource.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { toGroupDocument } from '#scim-service/persistence/mongo/group-document.ts';
import { narrowGroups, narrowUsers } from '#scim-service/persistence/mongo/narrow-scan.ts';
import { toUserDocument } from '#scim-service/persistence/mongo/user-document.ts';
import { compileFilter } from '#scim-service/scim/filter/evaluate-filter.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { arbitraryContent, arbitraryMapping, arbitraryTypedFilter } from '#test/support/arbitrary-search.ts';
import { startMongoServer, type MongoServer } from '#test/support/mongo-server.ts';

let server: MongoServer;
let client: mongoose.Connection;
/** How much a query may spare: pairs of a filter and a resource, and those that the query left out. */
const spared = { of: 0, all: 0 };

beforeAll(async () => {
  server = await startMongoServer();
  client = await mongoose.createConnection(server.uri).asPromise();
}, 120_000);

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

describe('a narrowed query on the server', () => {
  test('finds every person who matches the filter, whatever the tenant selects of what is stored', async () => {
    const scenarios = arbitraryMapping.chain((mapping) => {
      const { schemas } = compileTenantModel(aTenantConfig({ mapping }));
      return fc.record({
        mapping: fc.constant(mapping),
        people: fc.array(fc.tuple(arbitraryContent(schemas), fc.integer({ min: 0, max: 3 })), { minLength: 1, maxLength: 12 }),
        filters: fc.array(arbitraryTypedFilter(schemas), { minLength: 1, maxLength: 20 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(scenarios, async ({ mapping, people, filters }) => {
        const model = compileTenantModel(aTenantConfig({ mapping }));
        const users = people.map(([content, moment]) => {
          const id = randomUUID();
          const createdAt = new Date(Date.parse('2026-03-01T10:00:00Z') + moment);
          const resource = { ...content, userName: `a${id.slice(0, 4)}`, active: content['active'] ?? true } as ScimObject;
          return aStoredUser({ id, createdAt, lastModified: createdAt, resource });
        });
        const name = `users_${randomUUID()}`;
        await client.collection(name).insertMany(users.map((user) => ({ ...toUserDocument(user) })) as never[]);
        for (const filter of filters) {
          const matching = attempt(() => users.filter((user) => compileFilter(filter, model.schemas)(searchableUser(user, model))));
          if (matching === null) continue;
          const query = narrowUsers(filter);
          const missing = await missed(name, query, idsOf(matching), users.length);
          expect({ filter: printFilter(filter), query, missing }).toEqual({ filter: printFilter(filter), query, missing: [] });
        }
        await client.collection(name).drop();
      }),
      { numRuns: 60 },
    );
    // Else it would be of no use.
    expect(spared.of / spared.all).toBeGreaterThan(0.1);
  }, 300_000);

  test.each([
    'displayName eq "zo\u00cb" or externalId eq "10"',
    'not (displayName eq "a" or externalId pr)',
    'externalId ne "AB"',
    'externalId eq null',
    'displayName gt "b" and not (externalId eq "zo")',
    'id pr and meta.created le "2026-11-24T08:00:00Z"',
    'meta.lastModified lt "2026-11-24T08:00:00Z"',
    'not (meta.lastModified gt "2026-11-24")',
    'displayName ne ""',
    'schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"',
  ])('finds every group that matches %s', async (text) => {
    const filter = parseFilter(text);
    const groups = ['a', 'AB', 'zo', 'Zo\u00eb', '.*', '10'].map((displayName, at) =>
      aStoredGroup({ resource: { displayName, ...(at % 2 ? { externalId: displayName } : {}) } }),
    );
    const name = `groups_${randomUUID()}`;
    await client.collection(name).insertMany(groups.map((group) => ({ ...toGroupDocument(group) })) as never[]);
    const matching = groups.filter((group) => compileFilter(filter, GROUP_SCHEMAS)(searchableGroup(group)));
    expect(await missed(name, narrowGroups(filter), idsOf(matching), groups.length)).toEqual([]);
  });
});

/** What a query misses of those that match. */
async function missed(name: string, query: object | null, ids: readonly string[], all: number): Promise<string[]> {
  const documents = await client
    .collection<{ _id: string }>(name)
    .find({ ...(query && { $and: [query] }) })
    .toArray();
  const found = new Set(documents.map(({ _id: id }) => id));
  spared.all += all;
  spared.of += all - found.size;
  return ids.filter((id) => !found.has(id));
}

function idsOf(resources: readonly { readonly id: string }[]): string[] {
  return resources.map(({ id }) => id);
}

/** Null for a filter that is refused. */
function attempt<T>(search: () => T): T | null {
  try {
    return search();
  } catch (error) {
    if (error instanceof ScimError) return null;
    throw error;
  }
}
