import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TenantKey } from '#common/tenant-key.ts';
import { KeyedQueue, retryDelay } from '#operator/queue/keyed-queue.ts';

const forever = new AbortController().signal;

describe('KeyedQueue', () => {
  test('keys come in the order in which they were first added, each once', async () => {
    const queue = new KeyedQueue();
    for (const key of ['a/1', 'a/2', 'a/1', 'a/3', 'a/2'] as const) queue.add(key);
    expect([await queue.next(forever), await queue.next(forever), await queue.next(forever)]).toEqual(['a/1', 'a/2', 'a/3']);
    expect(await nothingWaits(queue)).toBe(true);
  });

  test('a key that is added while a worker has it comes once more, after the worker is done', async () => {
    const queue = new KeyedQueue();
    queue.add('a/1');
    await queue.next(forever);
    queue.add('a/1');
    queue.add('a/1');
    expect(await nothingWaits(queue)).toBe(true);
    queue.done('a/1');
    expect(await queue.next(forever)).toBe('a/1');
    queue.done('a/1');
    expect(await nothingWaits(queue)).toBe(true);
  });

  test('an idle worker gets a key at once', async () => {
    const queue = new KeyedQueue();
    const first = queue.next(forever);
    const second = queue.next(forever);
    queue.add('a/1');
    queue.add('a/2');
    expect([await first, await second]).toEqual(['a/1', 'a/2']);
  });

  test('an idle worker gets null when its signal aborts, and takes no key with it', async () => {
    const queue = new KeyedQueue();
    const stop = new AbortController();
    const idle = queue.next(stop.signal);
    stop.abort();
    expect(await idle).toBeNull();
    expect(await queue.next(stop.signal)).toBeNull();
    queue.add('a/1');
    expect(await queue.next(forever)).toBe('a/1');
  });

  test('of several delays for one key the earliest holds, whichever was asked for first', async () => {
    for (const delays of [
      [20, 5_000],
      [5_000, 20],
    ]) {
      const queue = new KeyedQueue();
      for (const delay of delays) queue.addAfter('a/1', delay);
      expect(await nothingWaits(queue)).toBe(true);
      await sleep(60);
      expect(await queue.next(forever)).toBe('a/1');
      queue.done('a/1');
      await sleep(30);
      expect(await nothingWaits(queue)).toBe(true);
    }
  });

  test('a delay of more than 24.8 days waits, where a bare timer would fire at once', async () => {
    const queue = new KeyedQueue();
    queue.addAfter('a/1', 60 * 24 * 3_600_000);
    await sleep(20);
    expect(await nothingWaits(queue)).toBe(true);
  });

  test('a delay of zero is no delay', async () => {
    const queue = new KeyedQueue();
    queue.addAfter('a/1', 0);
    expect(await queue.next(forever)).toBe('a/1');
  });

  test('retries wait 1 s, 2 s, 4 s and so on up to 5 minutes, less up to a quarter', () => {
    expect([0, 1, 2, 3, 8, 9, 100].map((failures) => retryDelay(failures, 0))).toEqual([
      1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000,
    ]);
    expect(retryDelay(0, 0.999_999)).toBeCloseTo(750, 0);
  });

  test('forget starts the delays of a key anew, and leaves those of others alone', async () => {
    const queue = new KeyedQueue({ random: () => 0 });
    const retried = async (key: TenantKey): Promise<number> => {
      const begun = performance.now();
      queue.addRateLimited(key);
      expect(await queue.next(forever)).toBe(key);
      queue.done(key);
      return performance.now() - begun;
    };
    expect(await retried('a/1')).toBeLessThan(1_900);
    expect(await retried('a/1')).toBeGreaterThan(1_900);
    queue.forget('a/1');
    expect(await retried('a/1')).toBeLessThan(1_900);
  });

  test('a queue that was disposed of gives nothing any more: not what waited, was due later, or is added afterwards', async () => {
    const seen: string[] = [];
    const queue = new KeyedQueue({
      metrics: { depth: (keys) => seen.push(`depth ${keys}`), added: () => seen.push('added'), retried() {} },
    });
    queue.add('a/1');
    queue.add('a/2');
    await queue.next(forever);
    queue.addAfter('a/3', 20);
    queue[Symbol.dispose]();
    seen.length = 0;
    queue.add('a/1');
    queue.done('a/1');
    queue.addAfter('a/4', 20);
    await sleep(60);
    expect(await nothingWaits(queue)).toBe(true);
    expect(seen).toEqual([]);
  });

  test('a retry waits no longer than it may, and no shorter than it must', async () => {
    const queue = new KeyedQueue({ random: () => 0 });
    queue.addRateLimited('a/1', { atMost: 20 });
    await sleep(60);
    expect(await queue.next(forever)).toBe('a/1');
    queue.forget('a/1');
    queue.addRateLimited('a/1', { atLeast: 60_000 });
    queue.done('a/1');
    await sleep(1_100);
    expect(await nothingWaits(queue)).toBe(true);
  });

  test('a queue that is paused gives out nothing, to whoever waits already or comes later, until it is resumed', async () => {
    const queue = new KeyedQueue();
    const waiting = queue.next(forever);
    queue.pause();
    for (const key of ['a/1', 'a/2'] as const) queue.add(key);
    const later = queue.next(forever);
    expect(await Promise.race([waiting, later, sleep(10, 'nothing')])).toBe('nothing');
    queue.resume();
    expect([await waiting, await later]).toEqual(['a/1', 'a/2']);
  });

  test('a single key passes, by lot among the preferred, or else among all, now or when there is one', async () => {
    const lots = [0.999, 0.5, 0];
    const queue = new KeyedQueue({ random: () => lots.shift() ?? 0 });
    for (const key of ['a/1', 'a/2', 'a/3', 'a/4'] as const) queue.add(key);
    queue.pause();
    const takers = [queue.next(forever), queue.next(forever), queue.next(forever)];
    queue.letOnePass((key) => key === 'a/2' || key === 'a/3');
    expect(await takers[0]).toBe('a/3');
    queue.letOnePass(() => false);
    expect(await takers[1]).toBe('a/2');
    expect(await Promise.race([takers[2], sleep(10, 'nothing')])).toBe('nothing');

    const empty = new KeyedQueue();
    empty.pause();
    empty.letOnePass(() => true);
    const first = empty.next(forever);
    const second = empty.next(forever);
    for (const key of ['b/1', 'b/2'] as const) empty.add(key);
    expect(await first).toBe('b/1');
    expect(await Promise.race([second, sleep(10, 'nothing')])).toBe('nothing');
  });

  test('metrics tell of keys that wait, of additions and of retries', async () => {
    const seen: string[] = [];
    const queue = new KeyedQueue({
      metrics: { depth: (keys) => seen.push(`depth ${keys}`), added: () => seen.push('added'), retried: () => seen.push('retried') },
    });
    queue.add('a/1');
    queue.add('a/1');
    await queue.next(forever);
    queue.addRateLimited('a/1');
    expect(seen).toEqual(['added', 'depth 1', 'depth 0', 'retried']);
  });

  test('whatever is added, and whenever, no key is lost and no two workers have the same', async () => {
    const step = fc.record({
      key: fc.constantFrom<TenantKey>('a/1', 'a/2', 'a/3'),
      how: fc.constantFrom('add', 'addAfter'),
      pause: fc.integer({ min: 0, max: 2 }),
    });
    const runs = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), runs, async (steps, durations) => {
        const queue = new KeyedQueue();
        const stop = new AbortController();
        const busy = new Set<TenantKey>();
        const lastAdded = new Map<TenantKey, number>();
        const lastBegun = new Map<TenantKey, number>();
        let time = 0;
        let handled = 0;
        const work = async (): Promise<void> => {
          for (let key = await queue.next(stop.signal); key !== null; key = await queue.next(stop.signal)) {
            expect(busy.has(key)).toBe(false);
            busy.add(key);
            lastBegun.set(key, ++time);
            await pause(durations[handled++ % durations.length] ?? 0);
            busy.delete(key);
            queue.done(key);
          }
        };
        const workers = [work(), work(), work()];
        for (const { key, how, pause: pauses } of steps) {
          lastAdded.set(key, ++time);
          if (how === 'add') queue.add(key);
          else queue.addAfter(key, 1);
          await pause(pauses);
        }
        await sleep(4);
        while (busy.size > 0) await sleep(1);
        stop.abort();
        await Promise.all(workers);
        // Each key was handled after it was last added, and never more often than it was added.
        for (const [key, added] of lastAdded) expect(lastBegun.get(key) ?? 0).toBeGreaterThan(added);
        expect(handled).toBeLessThanOrEqual(steps.length);
      }),
      { numRuns: 100 },
    );
  });
});

async function nothingWaits(queue: KeyedQueue): Promise<boolean> {
  const stop = new AbortController();
  const next = queue.next(stop.signal);
  stop.abort();
  return (await next) === null;
}

/** Lets other work run for a few turns of the event loop. */
async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
