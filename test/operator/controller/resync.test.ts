import { expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import { Resync } from '#operator/controller/resync.ts';

const TENANTS = Array.from({ length: 3_000 }, (_, index): TenantKey => `team-${index % 50}/tenant-${index}`);

function aResync(parts: {
  readonly tenants: readonly TenantKey[];
  readonly configs?: readonly TenantKey[];
  readonly unseen?: readonly TenantKey[];
}) {
  const expected: (readonly TenantKey[])[] = [];
  let failures = 0;
  const resync = new Resync({
    reader: {
      tenantKeys: async () => parts.tenants,
      derivedConfigKeys: async () => {
        if (failures-- > 0) throw new Error('not now');
        return parts.configs ?? [];
      },
    },
    desk: { expect: (keys) => (expected.push(keys), parts.unseen ?? []) },
  });
  return { resync, expected, failOnce: () => void (failures = 1) };
}

test('sixty sweeps look at every tenant once, in shares of about the same size', async () => {
  const { resync } = aResync({ tenants: TENANTS });
  const shares: (readonly TenantKey[])[] = [];
  for (let sweep = 0; sweep < 60; sweep++) shares.push(await resync.sweep());
  expect(shares.flat().toSorted()).toEqual(TENANTS.toSorted());
  expect(Math.max(...shares.map(({ length }) => length))).toBeLessThan(100);
  expect(await resync.sweep()).toEqual(shares[0]);
});

test('each sweep finds the tenants that nobody has looked at and the configs whose tenant has gone', async () => {
  const { resync, expected } = aResync({ tenants: ['a/1', 'a/2'], configs: ['a/1', 'a/gone'], unseen: ['a/2'] });
  for (let sweep = 0; sweep < 60; sweep++) expect(await resync.sweep()).toEqual(expect.arrayContaining(['a/2', 'a/gone']));
  expect(expected.at(-1)).toEqual(['a/1', 'a/2']);
});

test('a sweep that fails is not left out', async () => {
  const { resync, failOnce } = aResync({ tenants: TENANTS });
  const { resync: other } = aResync({ tenants: TENANTS });
  failOnce();
  await expect(resync.sweep()).rejects.toThrow('not now');
  expect(await resync.sweep()).toEqual(await other.sweep());
});
