import { describe, expect, test } from '@jest/globals';
import { describeGroupStore } from '#test/contracts/group-store-contract.ts';
import { describeUserStore, type OpenedStore } from '#test/contracts/user-store-contract.ts';
import { aStoredUser } from './a-user.ts';
import { InterleavingStore } from './interleaving-store.ts';

async function openStore(): Promise<OpenedStore> {
  const store = new InterleavingStore();
  return { store, close: async () => store[Symbol.dispose]() };
}

describeUserStore('InterleavingStore', openStore);
describeGroupStore('InterleavingStore', openStore);

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
    const tombstone = { ...user, version: 2, deletedAt: new Date(0) };
    await store.users.retire(tombstone, 1);
    await store.users.retire(tombstone, 1);
    await expect(store.users.insert(aStoredUser({ id: user.id }))).rejects.toThrow(/UNIQUE constraint failed/);
    expect(store.writes).toBe(2);
    expect(store.everyone(user.tenant)).toStrictEqual([tombstone]);
  });
});
