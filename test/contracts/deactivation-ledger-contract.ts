import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import type { DeactivationCounts } from '#scim-service/domain/deactivation-wave.ts';
import type { DeactivationLedger } from '#scim-service/provisioning/deactivation-ledger.ts';
import type { OpenedStore } from './user-store-contract.ts';

/** What the `deactivations` of every store promise. Each test works in a tenant of its own, so one store serves them all. */
export function describeDeactivationLedger(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a ledger of deactivations`, () => {
    let opened: OpenedStore;
    let ledger: DeactivationLedger;

    beforeAll(async () => {
      opened = await open();
      ledger = opened.store.deactivations;
    });

    afterAll(() => opened.close());

    async function versionOf(tenant: TenantKey): Promise<number> {
      return (await ledger.read(tenant))!.version;
    }

    test('has nothing before the first deactivation', async () => {
      expect(await ledger.read(aTenant())).toBeNull();
    });

    test.each<[string, DeactivationCounts]>([
      ['of the first deactivation', counts(1)],
      ['without a bucket', { epoch: 0, people: 0, buckets: [] }],
      [
        'of a long window',
        {
          epoch: 12,
          people: 120_000,
          buckets: Array.from({ length: 240 }, (_, at) => ({ start: 1_795_000_000_000 + at * 30_000, count: at + 1 })),
        },
      ],
    ])('gives back the counts %s as they were written', async (_, written) => {
      const tenant = aTenant();
      expect(await ledger.write(tenant, written, null)).toBe(true);
      expect(await ledger.read(tenant)).toStrictEqual({ counts: written, version: expect.any(Number) });
    });

    test('replaces the counts as a whole, each time under another version', async () => {
      const tenant = aTenant();
      await ledger.write(tenant, { epoch: 1, people: 10, buckets: [{ start: 30_000, count: 1 }] }, null);
      const versions = [await versionOf(tenant)];
      for (const count of [2, 3, 4]) {
        expect(await ledger.write(tenant, counts(count), versions.at(-1)!)).toBe(true);
        expect((await ledger.read(tenant))?.counts).toStrictEqual(counts(count));
        versions.push(await versionOf(tenant));
      }
      expect(new Set(versions).size).toBe(4);
    });

    test('refuses who knows another version, or none where there is one, or one where there is none', async () => {
      const tenant = aTenant();
      expect(await ledger.write(tenant, counts(1), 1)).toBe(false);
      expect(await ledger.read(tenant)).toBeNull();
      await ledger.write(tenant, counts(1), null);
      const first = await versionOf(tenant);
      await ledger.write(tenant, counts(2), first);
      const before = await ledger.read(tenant);
      for (const expected of [null, first, before!.version + 1]) expect(await ledger.write(tenant, counts(9), expected)).toBe(false);
      expect(await ledger.read(tenant)).toStrictEqual(before);
    });

    test('takes the first record of one of 20 who write it at once', async () => {
      const tenant = aTenant();
      const written = await Promise.all(Array.from({ length: 20 }, (_, at) => ledger.write(tenant, counts(at + 1), null)));
      expect(written.filter(Boolean)).toEqual([true]);
      expect((await ledger.read(tenant))?.counts).toStrictEqual(counts(written.indexOf(true) + 1));
    });

    test('lets one of 20 writers of one version win', async () => {
      const tenant = aTenant();
      await ledger.write(tenant, counts(100), null);
      const version = await versionOf(tenant);
      const written = await Promise.all(Array.from({ length: 20 }, (_, at) => ledger.write(tenant, counts(at + 1), version)));
      expect(written.filter(Boolean)).toEqual([true]);
      expect((await ledger.read(tenant))?.counts).toStrictEqual(counts(written.indexOf(true) + 1));
    });

    test('loses no deactivation when 10 count theirs at once and try again', async () => {
      const tenant = aTenant();
      async function addOne(): Promise<void> {
        for (;;) {
          const stored = await ledger.read(tenant);
          const count = stored?.counts.buckets[0]?.count ?? 0;
          if (await ledger.write(tenant, counts(count + 1), stored?.version ?? null)) return;
        }
      }
      await Promise.all(Array.from({ length: 10 }, addOne));
      expect((await ledger.read(tenant))?.counts).toStrictEqual(counts(10));
    });

    test('has a record for each tenant', async () => {
      const [ours, theirs] = [aTenant(), aTenant()];
      await ledger.write(ours, counts(1), null);
      expect(await ledger.read(theirs)).toBeNull();
      expect(await ledger.write(theirs, counts(2), await versionOf(ours))).toBe(false);
      expect(await ledger.write(theirs, counts(2), null)).toBe(true);
      expect((await ledger.read(ours))?.counts).toStrictEqual(counts(1));
    });
  });
}

function counts(count: number): DeactivationCounts {
  return { epoch: 3, people: 480, buckets: [{ start: 1_795_000_020_000, count }] };
}

function aTenant(): TenantKey {
  return `team-hr/t-${randomUUID()}`;
}
