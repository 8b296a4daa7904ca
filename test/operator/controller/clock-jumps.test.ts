import { expect, test } from '@jest/globals';
import { ClockJumps } from '#operator/controller/clock-jumps.ts';

const DAY = 86_400_000;

test.each([
  { name: 'goes as time does', wall: [2_000, 2_000, 60_000], expected: [null, null, null] },
  { name: 'is drawn to the right time bit by bit', wall: [2_400, 2_400, 64_000], expected: [null, null, null] },
  { name: 'is set a day forward', wall: [DAY + 2_000, 2_000, 60_000], expected: [DAY, null, null] },
  { name: 'is set a day back, and forward again', wall: [2_000 - DAY, 2_000 + DAY, 60_000], expected: [-DAY, DAY, null] },
])('a clock that $name', ({ wall, expected }) => {
  const time = { wall: 1_000_000, monotonic: 5 };
  const jumps = new ClockJumps(
    () => time.wall,
    () => time.monotonic,
  );
  const seen = [2_000, 2_000, 60_000].map((passed, index) => {
    time.monotonic += passed;
    time.wall += wall[index] ?? 0;
    return jumps.look();
  });
  expect(seen).toEqual(expected);
});
