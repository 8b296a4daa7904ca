import { expect, test } from '@jest/globals';
import { auditMemory, judgeMemory, type MemorySample } from './audit-memory.ts';

const MIB = 1_048_576;
const TIME = { from: 60_000, to: 300_000 };

/** Every 5 s from the start of the walk, so that what it had before the watched time can be seen to count for nothing. */
function samples(process: string, mebibytes: (at: number) => number, from = 0): MemorySample[] {
  return Array.from({ length: 61 }, (_, index) => index * 5_000)
    .filter((at) => at >= from)
    .map((at) => ({ process, at, bytes: mebibytes(at) * MIB }));
}

test('memory that breathes is flat, warm-up or not', () => {
  const breathing = samples('operator-0 #1', (at) => (at < 60_000 ? 60 : 110 + (at % 20_000) / 1_000));
  const verdicts = judgeMemory(breathing, TIME);
  expect(verdicts).toEqual([
    { process: 'operator-0 #1', samples: 49, first: expect.any(Number), second: expect.any(Number), isFlat: true },
  ]);
  expect(auditMemory(verdicts)).toEqual([]);
});

test('memory that grows is found', () => {
  const verdicts = judgeMemory(
    samples('scim-0 #1', (at) => 100 + at / 2_500),
    TIME,
  );
  expect(auditMemory(verdicts)).toEqual(['the memory of scim-0 #1 grows: 148 MiB, then 196 MiB']);
});

test('a process that was started in between is not judged, and neither is a short walk', () => {
  const all = [...samples('scim-0 #1', () => 100), ...samples('scim-1 #2', (at) => at / 1_000, 200_000)];
  expect(judgeMemory(all, TIME).map(({ process }) => process)).toEqual(['scim-0 #1']);
  expect(
    judgeMemory(
      samples('scim-0 #1', (at) => at),
      { from: 60_000, to: 100_000 },
    ),
  ).toEqual([]);
});
