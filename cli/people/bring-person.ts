import type { TenantKey } from '#common/tenant-key.ts';
import { sameJson } from '#scim-service/domain/same-json.ts';
import type { ExistingPeopleStore } from '#scim-service/provisioning/existing-people-store.ts';
import { targetOf, type Candidate } from './identify-person.ts';
import type { LinkedPeople } from './linked-people.ts';

export type Outcome = 'created' | 'changed' | 'unchanged' | 'linked' | { readonly problem: string };

export interface BringParts {
  readonly tenant: TenantKey;
  readonly existing: ExistingPeopleStore;
  readonly linked: LinkedPeople;
  /** Writes nothing, and tells what would be done. */
  readonly dryRun: boolean;
}

/** Brings one person who isn't linked to the directory, unless another one would be mistaken for them. */
export async function bringPerson({ tenant, existing, linked, dryRun }: BringParts, { id, person, keys }: Candidate): Promise<Outcome> {
  if (linked.ids.has(id) || keys.some((key) => linked.keys.has(key))) return 'linked';
  let own: Candidate['person'] | null = null;
  for (const key of keys) {
    // Of two, one at least is another.
    for (const found of await existing.findByKey(tenant, key, 2)) {
      // Somebody whom DELETE hid comes back by this value, as the same person.
      if (found.kind === 'retired') return 'linked';
      if (found.id === id) own = found.person;
      else return { problem: `has the "${targetOf(key)}" of another person who was brought before; that one's id is "${found.id}"` };
    }
  }
  if (!dryRun) return existing.put(tenant, { id, person });
  if (own === null) return 'created';
  return sameJson(own, person) ? 'unchanged' : 'changed';
}
