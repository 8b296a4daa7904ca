import { expect, test } from '@jest/globals';
import { waveSize } from '#common/wave-size.ts';

test.each([
  ['some of all people', { deactivations: 31, people: 100 }, '31 of 100 people'],
  ['all people', { deactivations: 100, people: 100 }, '100 of 100 people'],
  ['more people than there were when the window began', { deactivations: 21, people: 3 }, '21 people'],
])('a wave of %s', (_whom, wave, words) => {
  expect(waveSize(wave)).toBe(words);
});
