import { describe, expect, test } from '@jest/globals';
import { retryLostRaces } from '#scim-service/provisioning/retry-lost-races.ts';

describe('retryLostRaces', () => {
  test('begins anew until a race is won', async () => {
    let attempts = 0;
    expect(await retryLostRaces('it', async () => ((attempts += 1) < 10 ? null : 'won'))).toBe('won');
    expect(attempts).toBe(10);
  });

  test('gives up with 503 after a hundred lost races', async () => {
    let attempts = 0;
    const lost = retryLostRaces('User "a"', async () => {
      attempts += 1;
      return null;
    });
    const detail = 'User "a" is written by too many requests at once; send this one again';
    await expect(lost).rejects.toMatchObject({ status: 503, scimType: null, message: detail, summary: detail });
    expect(attempts).toBe(100);
  });

  test('passes on what an attempt throws, and tries no more', async () => {
    let attempts = 0;
    const failing = retryLostRaces('it', async () => {
      attempts += 1;
      throw new RangeError('other');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(attempts).toBe(1);
  });
});
