import { expect, test } from '@jest/globals';
import { Random } from './random.ts';

const draw = (random: Random): readonly number[] => Array.from({ length: 20 }, () => random.int(1, 1_000));

test('a seed repeats what was drawn, and a fork is its own', () => {
  expect(draw(new Random('7').fork('a'))).toEqual(draw(new Random('7').fork('a')));
  expect(draw(new Random('7').fork('a'))).not.toEqual(draw(new Random('7').fork('b')));
  const root = new Random('7');
  const early = draw(root.fork('a'));
  root.next();
  expect(draw(root.fork('a'))).toEqual(early);
});

test('draws reach both ends, and weights are kept', () => {
  const random = new Random('7');
  const numbers = Array.from({ length: 1_000 }, () => random.int(1, 3));
  expect(new Set(numbers)).toEqual(new Set([1, 2, 3]));
  const chosen = Array.from({ length: 1_000 }, () =>
    random.weighted([
      { weight: 9, value: 'often' },
      { weight: 1, value: 'seldom' },
      { weight: 0, value: 'never' },
    ]),
  );
  expect(chosen).not.toContain('never');
  expect(chosen.filter((value) => value === 'seldom').length).toBeGreaterThan(20);
  expect(chosen.filter((value) => value === 'seldom').length).toBeLessThan(250);
});
