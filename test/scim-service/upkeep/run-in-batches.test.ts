import { describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { runInBatches, type BatchOutcome } from '#scim-service/upkeep/run-in-batches.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';

interface Batch {
  /** Milliseconds. */
  readonly takes?: number;
  readonly comes: BatchOutcome | Error;
}

/** Runs batches whose course is written down; the last one is repeated. */
async function run(batches: readonly Batch[], { abortAfter = Number.POSITIVE_INFINITY } = {}) {
  const clock = aClock('2026-11-24T10:00:00Z');
  const log = aLog();
  const stop = new AbortController();
  const rests: number[] = [];
  let done = 0;
  const end = await runInBatches(
    {
      logger: log.logger,
      clock: clock.now,
      async sleep(milliseconds) {
        rests.push(milliseconds);
        clock.advance(milliseconds);
        if (done >= abortAfter) stop.abort();
      },
    },
    { name: 'reprojection', tenant: 'team-hr/acme', signal: stop.signal },
    async () => {
      const { takes = 0, comes } = batches[Math.min(done++, batches.length - 1)]!;
      clock.advance(takes);
      if (comes instanceof Error) throw comes;
      return comes;
    },
  );
  return { end, rests, done, log: log.lines };
}

const unavailable = new StoreUnavailableError('refresh', new Error('away'));

describe('runInBatches', () => {
  test('rests after each batch at least as long as it took, and never so long that it would not be seen to go on', async () => {
    const came = await run([
      { takes: 40, comes: 'progress' },
      { takes: 0, comes: 'progress' },
      { takes: 60_000, comes: 'progress' },
      { comes: 'end' },
    ]);

    expect(came).toEqual({ end: 'ended', rests: [40, 10, 5_000], done: 4, log: [] });
  });

  test('waits longer each time for a store that fails, and leaves its turn to others in the end', async () => {
    const { end, rests, log } = await run([{ comes: unavailable }]);

    expect({ end, rests }).toEqual({ end: 'later', rests: [250, 500, 1_000, 2_000, 4_000, 8_000] });
    expect(log).toHaveLength(7);
    expect(log[0]).toMatchObject({ level: 'warn', tenant: 'team-hr/acme', job: 'reprojection' });
  });

  test('waits in the same way when others are always first, without a word', async () => {
    expect(await run([{ comes: 'stuck' }])).toEqual({ end: 'later', rests: [250, 500, 1_000, 2_000, 4_000, 8_000], done: 7, log: [] });
  });

  test('starts with the short wait again after it went on', async () => {
    const { end, rests } = await run([
      { comes: 'stuck' },
      { comes: unavailable },
      { takes: 7, comes: 'progress' },
      { comes: 'stuck' },
      { comes: 'end' },
    ]);

    expect({ end, rests }).toEqual({ end: 'ended', rests: [250, 500, 10, 250] });
  });

  test.each<{ name: string; comes: Batch['comes'] }>([
    { name: 'that goes on', comes: 'progress' },
    { name: 'that is stuck', comes: 'stuck' },
    { name: 'that failed', comes: unavailable },
  ])('stops after a batch $name when the signal aborts', async ({ comes }) => {
    expect(await run([{ comes }], { abortAfter: 2 })).toMatchObject({ end: 'stopped', done: 2 });
  });

  test('does not hide a fault of the program', async () => {
    await expect(run([{ comes: new TypeError('bug') }])).rejects.toThrow('bug');
  });
});
