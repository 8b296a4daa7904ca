import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { entraUser, GROUP_IDS, idOf, TENANT } from './people.ts';

/** Inserts that are under way at once, so that a server's round trips overlap. */
const PARALLEL = 64;

/** Fills an empty store with people, a group of 100 and, where there are enough people, one of 100,000. */
export async function seed(store: ScimStore, users: number): Promise<void> {
  const begin = Date.UTC(2026, 0, 1);
  for (let first = 0; first < users; first += PARALLEL) {
    const batch = Array.from({ length: Math.min(PARALLEL, users - first) }, (_, offset) => aPerson(first + offset, begin));
    await Promise.all(batch.map((user) => store.users.insert(user)));
  }
  for (const [size, id] of Object.entries(GROUP_IDS)) {
    const members = Array.from({ length: Number(size) }, (_, n) => ({ id: idOf(n), type: 'User' as const }));
    const createdAt = new Date(begin);
    const group = {
      tenant: TENANT,
      id,
      version: 1,
      createdAt,
      lastModified: createdAt,
      resource: { displayName: `Group of ${size}` },
    } as const;
    if (users >= Number(size)) await store.groups.insert(group, members);
  }
}

function aPerson(n: number, begin: number): StoredUser {
  const { schemas: _schemas, ...resource } = entraUser(n);
  const createdAt = new Date(begin + n);
  return {
    tenant: TENANT,
    id: idOf(n),
    version: 1,
    createdAt,
    lastModified: createdAt,
    resource: resource as StoredUser['resource'],
    person: { login: resource.userName },
    deletedAt: null,
  };
}
