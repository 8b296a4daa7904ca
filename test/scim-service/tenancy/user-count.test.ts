import { describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { TenantDirectory } from '#scim-service/tenancy/tenant-directory.ts';
import { UserCounts } from '#scim-service/tenancy/user-count.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

/** A store whose counts are answered by hand. */
function aCounter() {
  const asked: { tenant: string; answer: (users: number) => void; fail: (error: Error) => void }[] = [];
  return {
    asked,
    count: (tenant: string) => new Promise<number>((answer, fail) => asked.push({ tenant, answer, fail })),
  };
}

function setUp(tenants = 1) {
  const clock = aClock('2026-11-24T10:00:00Z');
  const log = aLog();
  const directory = new TenantDirectory({ logger: log.logger, clock: clock.now });
  for (let index = 0; index < tenants; index++) directory.set(aTenantConfig({ name: `tenant-${index}` }));
  log.lines.length = 0;
  const store = aCounter();
  const counts = new UserCounts({ store, clock: clock.now, logger: log.logger });
  const served = [...directory.tenants()];
  return { clock, log, store, counts, served, tenant: served[0]! };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('UserCounts', () => {
  test('knows nothing at first, asks once, and tells the answer later', async () => {
    const { store, counts, tenant } = setUp();
    expect(counts.of(tenant).users).toBeNull();
    expect(counts.of(tenant).users).toBeNull();
    expect(store.asked.map((question) => question.tenant)).toEqual(['team-hr/tenant-0']);

    store.asked[0]!.answer(7);
    await settle();
    expect(counts.of(tenant).users).toBe(7);
  });

  test('asks again only after a write, and at most once a minute', async () => {
    const { clock, store, counts, tenant } = setUp();
    counts.of(tenant);
    store.asked[0]!.answer(7);
    await settle();
    clock.advance(600_000);
    counts.of(tenant);
    expect(store.asked).toHaveLength(1);

    tenant.activity.record('Success', { write: true, now: clock.now() });
    expect(counts.of(tenant).users).toBe(7);
    expect(store.asked).toHaveLength(2);
    tenant.activity.record('Success', { write: true, now: clock.now() });
    store.asked[1]!.answer(8);
    await settle();
    clock.advance(59_999);
    expect(counts.of(tenant).users).toBe(8);
    expect(store.asked).toHaveLength(2);
    clock.advance(1);
    counts.of(tenant);
    expect(store.asked).toHaveLength(3);
  });

  test('reads and failed writes cause no count', async () => {
    const { clock, store, counts, tenant } = setUp();
    counts.of(tenant);
    store.asked[0]!.answer(7);
    await settle();
    clock.advance(60_000);
    tenant.activity.record('Success', { write: false, now: clock.now() });
    tenant.activity.record('InvalidValue', { write: true, now: clock.now() });
    counts.of(tenant);

    expect(store.asked).toHaveLength(1);
  });

  test('keeps the old number when the store fails, logs it, and asks again a minute later', async () => {
    const { clock, log, store, counts, tenant } = setUp();
    counts.of(tenant);
    store.asked[0]!.fail(new StoreUnavailableError('count', new Error('connection refused')));
    await settle();
    expect(counts.of(tenant).users).toBeNull();
    expect(store.asked).toHaveLength(1);
    expect(log.lines).toMatchObject([{ level: 'warn', tenant: 'team-hr/tenant-0', msg: 'people of a tenant could not be counted' }]);

    clock.advance(60_000);
    counts.of(tenant);
    expect(store.asked).toHaveLength(2);
  });

  test('asks for four tenants at a time, so that a first report does not flood the store', async () => {
    const { store, counts, served } = setUp(10);
    for (const tenant of served) counts.of(tenant);
    expect(store.asked).toHaveLength(4);

    for (let index = 0; index < 10; index++) {
      store.asked[index]!.answer(index);
      await settle();
    }
    expect(served.map((tenant) => counts.of(tenant).users)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });
});
