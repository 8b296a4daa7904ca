import { describe, expect, test } from '@jest/globals';
import { userKeys } from '#scim-service/domain/user-keys.ts';

describe('userKeys', () => {
  test('folds userName and e-mail addresses, each once, and leaves externalId alone', () => {
    const emails = [
      { type: 'work', value: 'Ann@Acme.example' },
      { type: 'home', value: 'ann@acme.EXAMPLE' },
      { value: 'x@y' },
      { type: 'other' },
    ];
    expect(userKeys({ userName: 'ANN', active: true, externalId: 'Ext-1', emails })).toEqual({
      userName: 'ann',
      externalId: 'Ext-1',
      emails: ['ann@acme.example', 'x@y'],
    });
  });

  test('of someone with a userName alone has no more', () => {
    expect(userKeys({ userName: 'ann', active: true })).toEqual({ userName: 'ann', externalId: null, emails: [] });
  });
});
