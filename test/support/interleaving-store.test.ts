import { describe, expect, test } from '@jest/globals';
import { describeDeactivationLedger } from '#test/contracts/deactivation-ledger-contract.ts';
import { describeExistingPeople } from '#test/contracts/existing-people-contract.ts';
import { describeGroupStore } from '#test/contracts/group-store-contract.ts';
import { describeJobLeases } from '#test/contracts/job-leases-contract.ts';
import { describeTenantRemoval } from '#test/contracts/tenant-removal-contract.ts';
import { describeUserStore, type OpenedStore } from '#test/contracts/user-store-contract.ts';
import { describeUserUpkeep } from '#test/contracts/user-upkeep-contract.ts';
import { aStoredUser } from './a-user.ts';
import { InterleavingStore } from './interleaving-store.ts';

async function openStore(): Promise<OpenedStore> {
  const store = new InterleavingStore();
  return { store, close: async () => store[Symbol.dispose]() };
}

describeUserStore('InterleavingStore', openStore);
describeGroupStore('InterleavingStore', openStore);
describeExistingPeople('InterleavingStore', openStore);
describeDeactivationLedger('InterleavingStore', openStore);
describeUserUpkeep('InterleavingStore', openStore);
describeJobLeases('InterleavingStore', openStore);
describeTenantRemoval('InterleavingStore', openStore);

describe('InterleavingStore', () => {
  test('lets another operation run between two of one task', async () => {
    using store = new InterleavingStore();
    const user = aStoredUser();
    await store.users.insert(user);
    const readThenWrite = async (): Promise<boolean> => {
      const { version } = (await store.users.findById(user.tenant, user.id))!;
      return store.users.replace({ ...user, version: version + 1 }, version);
    };
    expect(await Promise.all([readThenWrite(), readThenWrite(), readThenWrite()])).toEqual([true, false, false]);
  });

  test('counts the writes that took effect and shows everyone, the deleted included', async () => {
    using store = new InterleavingStore();
    const user = aStoredUser();
    await store.users.insert(user);
    const retired = { ...user, version: 2, deletedAt: new Date(0) };
    await store.users.retire(retired, 1);
    await store.users.retire(retired, 1);
    await expect(store.users.insert(aStoredUser({ id: user.id }))).rejects.toThrow(/UNIQUE constraint failed/);
    expect(store.writes).toBe(2);
    expect(store.everyone(user.tenant)).toStrictEqual([retired]);
  });

  test('shows people of the product alone, and whether anything at all was written', async () => {
    using store = new InterleavingStore();
    const { tenant } = aStoredUser();
    const before = store.contents();
    expect(store.contents()).toEqual(before);
    await store.existing.put(tenant, { id: 'p', person: { login: 'ada' } });
    expect(store.contents()).not.toEqual(before);
    expect(store.unlinked(tenant)).toEqual([{ id: 'p', person: { login: 'ada' } }]);
    expect(store.everyone(tenant)).toEqual([]);
  });

  test('takes ports of another make', async () => {
    using store = new InterleavingStore();
    const { tenant } = aStoredUser();
    const { users, existing } = store.with({
      existing: { ...store.existing, findByKey: async () => [{ kind: 'unlinked', id: 'x', person: {} }] },
    });
    expect(await existing.findByKey(tenant, 'k', 1)).toHaveLength(1);
    expect(await users.count(tenant)).toBe(0);
  });
});
