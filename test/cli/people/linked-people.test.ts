import { expect, test } from '@jest/globals';
import { findLinkedPeople } from '#cli/people/linked-people.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const TENANT = 'team-hr/acme';

function created(id: string, time: string) {
  return aStoredUser({ id, createdAt: new Date(`2026-11-24T08:00:0${time}Z`), person: { email: `${id}@acme.example` } });
}

test('people whom the directory brings later are learnt of, those of a slower request too', async () => {
  using store = openSqliteStore({ file: ':memory:' });
  await store.users.insert(created('ann', '1.000'));
  const linked = await findLinkedPeople(store, TENANT, ['email']);
  expect([...linked.keys]).toEqual(['email=ann@acme.example']);

  await store.users.insert(created('cid', '3.500'));
  await linked.catchUp();
  await store.users.insert(created('bob', '3.000'));
  await linked.catchUp();

  expect([...linked.ids]).toEqual(['ann', 'cid', 'bob']);
  expect([...linked.keys]).toEqual(['email=ann@acme.example', 'email=cid@acme.example', 'email=bob@acme.example']);
});
