import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JobLeases, LeaseRequest } from '#scim-service/provisioning/job-leases.ts';
import type { OpenedStore } from './user-store-contract.ts';

/** What the `leases` of every store promise. Each test takes leases of its own, so one store serves them all. */
export function describeJobLeases(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a keeper of leases`, () => {
    let opened: OpenedStore;
    let leases: JobLeases;

    beforeAll(async () => {
      opened = await open();
      leases = opened.store.leases;
    });

    afterAll(() => opened.close());

    /** @param second when it is asked for, and until when, in seconds since the hour; what is older than the hour is forgotten */
    function take(job: string, holder: string, { at = 0, until = 60, rank = 1, forgetBefore = 0 } = {}): Promise<boolean> {
      const request: LeaseRequest = {
        name: job,
        holder,
        rank,
        now: second(at),
        until: second(until),
        forgetBefore: second(forgetBefore),
      };
      return leases.take(request);
    }

    test('a lease that nobody has is taken, and nobody else gets it while it is valid', async () => {
      const job = aJob();
      expect(await take(job, 'a')).toBe(true);
      expect(await take(job, 'b', { at: 1 })).toBe(false);
      expect(await take(job, 'b', { at: 59 })).toBe(false);
      expect(await take(job, 'b', { at: 60, until: 120 })).toBe(true);
      expect(await take(job, 'a', { at: 61, until: 120 })).toBe(false);
    });

    test('one of 20 who ask at once gets it', async () => {
      const job = aJob();
      const taken = await Promise.all(Array.from({ length: 20 }, (_, at) => take(job, `holder ${at}`)));
      expect(taken.filter(Boolean)).toEqual([true]);
      const winner = taken.indexOf(true);
      expect(await take(job, `holder ${winner}`, { at: 1 })).toBe(true);
      expect(await take(job, `holder ${(winner + 1) % 20}`, { at: 2 })).toBe(false);
    });

    test('one of 20 who ask at once gets it when it has run out', async () => {
      const job = aJob();
      await take(job, 'before', { until: 30 });
      const taken = await Promise.all(Array.from({ length: 20 }, (_, at) => take(job, `holder ${at}`, { at: 31 })));
      expect(taken.filter(Boolean)).toEqual([true]);
    });

    test('its holder renews it, before it has run out and after', async () => {
      const job = aJob();
      await take(job, 'a');
      expect(await take(job, 'a', { at: 30, until: 90 })).toBe(true);
      expect(await take(job, 'b', { at: 61, until: 120 })).toBe(false);
      expect(await take(job, 'a', { at: 100, until: 160 })).toBe(true);
      expect(await take(job, 'b', { at: 101, until: 160 })).toBe(false);
    });

    test('its holder gives it back by a renewal that is over at once', async () => {
      const job = aJob();
      await take(job, 'a');
      expect(await take(job, 'a', { at: 10, until: 10 })).toBe(true);
      expect(await take(job, 'b', { at: 10 })).toBe(true);
    });

    test('leases of other names do not matter', async () => {
      const [first, second_] = [aJob(), aJob()];
      expect(await take(first, 'a', { rank: 9 })).toBe(true);
      expect(await take(second_, 'b')).toBe(true);
      expect(await take(`${first} `, 'b')).toBe(true);
      expect(await take(first.toUpperCase(), 'b')).toBe(true);
    });

    describe('a rank', () => {
      test('does not break a valid lease', async () => {
        const job = aJob();
        await take(job, 'old', { rank: 1 });
        expect(await take(job, 'new', { rank: 2, at: 1 })).toBe(false);
        expect(await take(job, 'old', { rank: 1, at: 2 })).toBe(true);
      });

      test('that is the same or higher gets a lease that has run out', async () => {
        const job = aJob();
        await take(job, 'a', { rank: 5, until: 10 });
        expect(await take(job, 'b', { rank: 5, at: 11, until: 20 })).toBe(true);
        expect(await take(job, 'c', { rank: 7, at: 21, until: 30 })).toBe(true);
      });

      test('that is lower gets nothing while the higher one is not forgotten', async () => {
        const job = aJob();
        await take(job, 'new', { rank: 2, until: 10 });
        for (const at of [11, 1_000]) expect(await take(job, 'old', { rank: 1, at, until: at + 60 })).toBe(false);
        expect(await take(job, 'old', { rank: 1, at: 1_000, until: 1_060, forgetBefore: 10 })).toBe(false);
        expect(await take(job, 'old', { rank: 1, at: 1_000, until: 1_060, forgetBefore: 11 })).toBe(true);
      });

      test('that is lower does not get a valid lease, whatever is to be forgotten', async () => {
        const job = aJob();
        await take(job, 'new', { rank: 2, until: 60 });
        expect(await take(job, 'old', { rank: 1, at: 10, forgetBefore: 1_000 })).toBe(false);
      });

      test('that is lower is refused to the holder too, whose higher one stays', async () => {
        const job = aJob();
        await take(job, 'a', { rank: 3, until: 60 });
        expect(await take(job, 'a', { rank: 2, at: 1, until: 600 })).toBe(false);
        expect(await take(job, 'b', { rank: 3, at: 60, until: 120 })).toBe(true);
      });

      test('is raised by a renewal, and lowered by who comes after it was forgotten', async () => {
        const job = aJob();
        await take(job, 'a', { rank: 1, until: 10 });
        expect(await take(job, 'a', { rank: 4, at: 5, until: 20 })).toBe(true);
        expect(await take(job, 'b', { rank: 3, at: 21, until: 30 })).toBe(false);
        expect(await take(job, 'b', { rank: 1, at: 100, until: 110, forgetBefore: 50 })).toBe(true);
        expect(await take(job, 'c', { rank: 2, at: 111, until: 120 })).toBe(true);
      });
    });

    test('a refusal writes nothing: neither the time nor the rank nor the holder', async () => {
      const job = aJob();
      await take(job, 'a', { rank: 1, until: 60 });
      expect(await take(job, 'b', { rank: 9, at: 1, until: 6_000 })).toBe(false);
      expect(await take(job, 'a', { rank: 1, at: 2, until: 30 })).toBe(true);
      expect(await take(job, 'c', { rank: 1, at: 30, until: 60 })).toBe(true);
    });
  });
}

function aJob(): string {
  return `reproject team-hr/t-${randomUUID()}`;
}

function second(at: number): Date {
  return new Date(Date.UTC(2026, 10, 24, 11) + at * 1_000);
}
