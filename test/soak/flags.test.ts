import { expect, test } from '@jest/globals';
import { readFlags } from './flags.ts';

test('flags have defaults, and a seed by chance', () => {
  expect(readFlags([], () => 'chance')).toEqual({ minutes: 10, seed: 'chance', tenants: 12, pods: 3, settleSeconds: 120 });
  expect(readFlags(['--minutes', '0.5', '--seed', '7', '--pods', '2'], () => 'chance')).toMatchObject({ minutes: 0.5, seed: '7', pods: 2 });
  expect(readFlags(['--help'], () => 'chance')).toBe('help');
});

test.each([
  [['--minutes', 'ten'], '--minutes ten: write a number from 0.1 to 1440'],
  [['--pods', '1'], '--pods 1: write a number from 2 to 3'],
])('%j is refused', (args, message) => {
  expect(() => readFlags(args, () => '')).toThrow(message);
});
