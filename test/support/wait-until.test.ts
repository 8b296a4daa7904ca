import { expect, test } from '@jest/globals';
import { waitUntil } from './wait-until.ts';

test('gives back the first answer that is one', async () => {
  const answers = [null, false, undefined, 'here'];
  expect(await waitUntil(() => answers.shift(), { what: 'an answer', intervalMs: 1 })).toBe('here');
});

test('says what did not come, and the last thing seen', async () => {
  const probe = (): never => {
    throw new Error('connection refused');
  };
  await expect(waitUntil(probe, { what: 'the server', timeoutMs: 20, intervalMs: 5 })).rejects.toThrow(
    'the server did not come within 20 ms; last: connection refused',
  );
});
