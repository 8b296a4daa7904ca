import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { etcdIsAway } from './etcd-is-away.ts';
import { leaderIsPaused } from './leader-is-paused.ts';

/** Each of the two takes more than a minute and has servers of its own, so they are begun together. */
describe('a minute of', () => {
  let away: Promise<Awaited<ReturnType<typeof etcdIsAway>>>;
  let paused: Promise<Awaited<ReturnType<typeof leaderIsPaused>>>;

  beforeAll(() => {
    away = etcdIsAway();
    paused = leaderIsPaused();
    // Each is awaited by its test.
    for (const story of [away, paused]) story.catch(() => {});
  });

  afterAll(async () => {
    await Promise.allSettled([away, paused]);
  }, 60_000);

  test('no etcd: people are served all the time, and afterwards changes are, by the same processes, which waited quietly', async () => {
    const { refused, served, terms, requests, complaints } = await away;
    expect(refused).toEqual([]);
    expect(served).toBeGreaterThan(60);
    expect(terms).toBe(2);
    // The lease at most every 2 s, each of three watches 8 times, and until the lease is lost the pods every 2 s and a few runs.
    expect(requests).toBeLessThanOrEqual(30 + 3 * 8 + 10 + 16);
    expect(complaints).toBeLessThanOrEqual(100);
  }, 240_000);

  test('SIGSTOP for the leader: another leads within 20 s, and the one that comes back writes nothing until it leads again', async () => {
    const { takeoverMs, writesOfSleeper, requestsOfSleeper, complaints } = await paused;
    expect(takeoverMs).toBeLessThan(20_000);
    expect(writesOfSleeper).toEqual([]);
    // What the 16 workers had begun to read, and the lease every 2 s.
    expect(requestsOfSleeper).toBeLessThanOrEqual(16 * 3 + 10);
    expect(complaints).toBeLessThanOrEqual(40);
  }, 240_000);
});
