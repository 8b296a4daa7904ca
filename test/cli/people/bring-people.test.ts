import { expect, test } from '@jest/globals';
import { bringPeople } from '#cli/people/bring-people.ts';
import { findLinkedPeople } from '#cli/people/linked-people.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const TENANT = 'team-hr/acme';
const LINES = Array.from({ length: 40 }, (_, index) => ({ number: index + 1, text: '' }));

async function* lines() {
  yield* LINES;
}

function parts(linked: Awaited<ReturnType<typeof findLinkedPeople>>) {
  const identify = ({ number }: { readonly number: number }) => {
    return { id: `p-${number}`, person: { email: `p-${number}` }, keys: [`email=p-${number}`] };
  };
  return { tenant: TENANT, linked, dryRun: false, survey: { lines: LINES.length, refused: new Map<number, string>() }, identify } as const;
}

test('somebody whom the directory brings during an import gets no twin', async () => {
  using store = openSqliteStore({ file: ':memory:' });
  const { existing } = store;
  const linked = await findLinkedPeople(store, TENANT, ['email']);
  const put: typeof existing.put = async (tenant, person) => {
    if (person.id === 'p-1') await store.users.insert(aStoredUser({ person: { email: 'P-40' } }));
    return existing.put(tenant, person);
  };
  const watched = { put, findByKey: existing.findByKey.bind(existing), adopt: existing.adopt.bind(existing) };
  expect(await bringPeople(lines(), { ...parts(linked), existing: watched }, new AbortController().signal)).toEqual({
    counts: { created: 39, changed: 0, unchanged: 0, linked: 1 },
    refused: new Map(),
    stopped: null,
  });
  expect(await existing.findByKey(TENANT, 'email=p-40', 2)).toEqual([]);
});

test('an import ends with the reason where the store can no longer say whom the directory has brought', async () => {
  using store = openSqliteStore({ file: ':memory:' });
  const linked = await findLinkedPeople(store, TENANT, ['email']);
  const reason = new Error('the file is no database any more');
  const catchUp = () => Promise.reject(reason);
  const result = await bringPeople(lines(), { ...parts({ ...linked, catchUp }), existing: store.existing }, new AbortController().signal);
  expect(result).toEqual({ counts: { created: 0, changed: 0, unchanged: 0, linked: 0 }, refused: new Map(), stopped: reason });
});
