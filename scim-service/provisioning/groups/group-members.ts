import type { TenantKey } from '#common/tenant-key.ts';
import type { Member } from '../../domain/stored-group.ts';
import type { MembershipStore } from '../group-store.ts';

/** Few round trips for a group of 100,000, and little memory for many readers at a time. */
const PAGE_SIZE = 1_000;

/** Reads the direct members of a group page by page, in the order of their ids, as fast as whoever iterates takes them. */
export async function* groupMembers(store: MembershipStore, tenant: TenantKey, groupId: string): AsyncGenerator<readonly Member[]> {
  for (let after: string | null = null; ;) {
    const page: readonly Member[] = await store.members(tenant, groupId, { after, limit: PAGE_SIZE });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < PAGE_SIZE) return;
    after = last.id;
  }
}
