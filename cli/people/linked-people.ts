import type { TenantKey } from '#common/tenant-key.ts';
import type { Position } from '#scim-service/domain/position.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { fieldAt } from '#scim-service/domain/person-fields.ts';
import { matchKeysOf } from './identify-person.ts';

/** Whom the directory has brought already, by id and by match key. */
export interface LinkedPeople {
  readonly ids: ReadonlySet<string>;
  readonly keys: ReadonlySet<string>;
  /** Learns of those who came since: the directory may be in its first cycle during an import. */
  catchUp(): Promise<void>;
}

/** Milliseconds. Whoever was created by a slower request is there later than those who came after. */
const OVERLAP = 1_000;

/** Reads all visible people of a tenant once, and keeps none of them. */
export async function findLinkedPeople(
  store: Pick<ScimStore, 'users'>,
  tenant: TenantKey,
  matchExistingBy: readonly string[],
): Promise<LinkedPeople> {
  const ids = new Set<string>();
  const keys = new Set<string>();
  let after: Position | null = null;
  const catchUp = async (): Promise<void> => {
    for await (const page of store.users.scan(tenant, { by: 'all' }, { after, narrow: null })) {
      for (const { id, createdAt, person, defaults } of page) {
        after = { createdAt: new Date(createdAt.getTime() - OVERLAP), id: '' };
        ids.add(id);
        // What a template says of everybody tells nobody apart.
        const told = matchExistingBy.filter((target) => fieldAt(defaults, target.split('.')) === null);
        for (const key of matchKeysOf(person, told)) keys.add(key);
      }
    }
  };
  await catchUp();
  return { ids, keys, catchUp };
}
