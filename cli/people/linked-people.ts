import type { TenantKey } from '#common/tenant-key.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { fieldAt } from '#scim-service/domain/person-fields.ts';
import { matchKeysOf } from './identify-person.ts';

/** Whom the directory has brought already, by id and by match key. */
export interface LinkedPeople {
  readonly ids: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
}

/** Reads all visible people of a tenant once, and keeps none of them. */
export async function findLinkedPeople(
  store: Pick<ScimStore, 'users'>,
  tenant: TenantKey,
  matchExistingBy: readonly string[],
): Promise<LinkedPeople> {
  const ids = new Set<string>();
  const keys = new Set<string>();
  for await (const page of store.users.scan(tenant, { by: 'all' }, { after: null, narrow: null })) {
    for (const { id, person, defaults } of page) {
      ids.add(id);
      // What a template says of everybody tells nobody apart.
      const told = matchExistingBy.filter((target) => fieldAt(defaults, target.split('.')) === null);
      for (const key of matchKeysOf(person, told)) keys.add(key);
    }
  }
  return { ids, keys };
}
