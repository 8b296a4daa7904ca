import { expect, test } from '@jest/globals';
import { ClusterUnavailableError } from '#operator/controller/cluster-unavailable-error.ts';
import type { KeyQueue } from '#operator/controller/key-queue.ts';
import { OutageGate } from '#operator/controller/outage-gate.ts';

/** A gate whose time passes by hand; `calls` has what it did to the queue, and what it told. */
function aGate(random = 0) {
  const calls: string[] = [];
  const timers: { readonly milliseconds: number; readonly callback: () => void }[] = [];
  let now = 0;
  const queue: KeyQueue = {
    add: (key) => void calls.push(`add ${key}`),
    addAfter() {},
    addRateLimited: (key, limits) => void calls.push(`later ${key} ${JSON.stringify(limits)}`),
    forget() {},
    next: async () => null,
    done() {},
    pause: () => void calls.push('pause'),
    letOnePass: (isPreferred) => void calls.push(`one ${isPreferred('a/failed')}`),
    resume: () => void calls.push('resume'),
  };
  const gate = new OutageGate({
    queue,
    monotonic: () => now,
    after: (milliseconds, callback) => void timers.push({ milliseconds, callback }),
    random: () => random,
    onAway: () => void calls.push('away'),
    onBack: ({ milliseconds, attempts }) => void calls.push(`back after ${milliseconds} ms and ${attempts} attempts`),
  });
  return {
    gate,
    calls,
    delays: () => timers.map(({ milliseconds }) => milliseconds),
    elapse: (): void => {
      const timer = timers.at(-1);
      now += timer?.milliseconds ?? 0;
      timer?.callback();
    },
  };
}

function unavailable(concernsAll: boolean, retryAfterMs: number | null = null): ClusterUnavailableError {
  return new ClusterUnavailableError(new Error('no answer'), { concernsAll, retryAfterMs });
}

test('one run tries after each delay, which doubles from 250 ms to 15 s, and it is none that has failed before', () => {
  const { gate, calls, delays, elapse } = aGate();
  expect(gate.failed('a/failed', unavailable(true), gate.term)).toBe(false);
  for (let attempt = 1; attempt <= 8; attempt++) {
    elapse();
    gate.failed('a/failed', unavailable(true), gate.term);
  }
  expect(delays()).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  expect(calls.slice(0, 5)).toEqual(['add a/failed', 'pause', 'away', 'one false', 'add a/failed']);
  elapse();
  gate.answered('a/1', gate.term);
  expect(calls.slice(-2)).toEqual(['back after 60750 ms and 8 attempts', 'resume']);
});

test('a quarter of each delay is drawn by lot, and the server’s own wish counts for more', () => {
  const { gate, delays, elapse } = aGate(1);
  gate.failed('a/1', unavailable(true), gate.term);
  for (const wish of [7_000, 60_000, null]) {
    elapse();
    gate.failed('a/1', unavailable(true, wish), gate.term);
  }
  expect(delays()).toEqual([187.5, 7_000, 60_000, 1_500]);
});

test('a run that was under way when the outage began neither lengthens it nor lets a second one try', () => {
  const { gate, delays, elapse } = aGate();
  const before = gate.term;
  gate.failed('a/1', unavailable(true), before);
  gate.failed('a/2', unavailable(true), before);
  elapse();
  gate.failed('a/3', unavailable(true), before);
  expect(delays()).toEqual([250]);
  gate.failed('a/4', unavailable(true), gate.term);
  expect(delays()).toEqual([250, 500]);
});

test('a tenant that fails alone has delays of its own, of half a minute at most, and any run that goes well clears the count', () => {
  const { gate, calls } = aGate();
  const fail = (key: `a/${number}`, retryAfterMs: number | null = null): boolean =>
    gate.failed(key, unavailable(false, retryAfterMs), gate.term);
  expect([fail('a/1'), fail('a/1', 5_000), fail('a/1'), fail('a/2')]).toEqual([true, true, true, true]);
  expect(calls.slice(0, 2)).toEqual(['later a/1 {"atLeast":0,"atMost":30000}', 'later a/1 {"atLeast":5000,"atMost":30000}']);
  gate.answered('a/4', gate.term);
  expect([fail('a/1'), fail('a/2'), fail('a/3')]).toEqual([true, true, false]);
});

test('a run that was under way when the outage began and goes well does not end it', () => {
  const { gate, calls, elapse } = aGate();
  const before = gate.term;
  gate.failed('a/1', unavailable(true, 5_000), before);
  gate.answered('a/2', before);
  elapse();
  gate.answered('a/3', before);
  expect(calls).toEqual(['add a/1', 'pause', 'away', 'one true']);
  gate.answered('a/4', gate.term);
  expect(calls.slice(-2)).toEqual(['back after 5000 ms and 0 attempts', 'resume']);
});

test('whoever fails for good is the last to be asked whether the cluster is back, whoever else goes well, until it does itself', () => {
  const { gate, calls, elapse } = aGate();
  gate.failed('a/failed', unavailable(false), gate.term);
  gate.answered('a/1', gate.term);
  gate.failed('a/2', unavailable(true), gate.term);
  elapse();
  gate.answered('a/failed', gate.term);
  gate.failed('a/2', unavailable(true), gate.term);
  elapse();
  expect(calls.filter((call) => call.startsWith('one'))).toEqual(['one false', 'one true']);
});
