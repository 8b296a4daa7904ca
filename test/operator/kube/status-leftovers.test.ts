import { describe, expect, test } from '@jest/globals';
import { hasLeftovers } from '#operator/kube/status-leftovers.ts';

const READY = { type: 'Ready', status: 'True' };

const table: readonly { name: string; stored: unknown; applied: unknown; left: boolean }[] = [
  {
    name: 'the same',
    stored: { conditions: [READY], breaker: { trips: 1 } },
    applied: { conditions: [READY], breaker: { trips: 1 } },
    left: false,
  },
  { name: 'another value', stored: { breaker: { trips: 2 } }, applied: { breaker: { trips: 1 } }, left: false },
  {
    name: 'a condition of before',
    stored: { conditions: [READY, { type: 'Stalled', status: 'True' }] },
    applied: { conditions: [READY] },
    left: true,
  },
  { name: 'a member of before', stored: { endpoint: 'a', deletion: {} }, applied: { endpoint: 'a' }, left: true },
  {
    name: 'a member of before, further in',
    stored: { breaker: { trips: 1, openedAt: 'then' } },
    applied: { breaker: { trips: 1 } },
    left: true,
  },
  { name: 'less, since the CRD is of before', stored: { endpoint: 'a' }, applied: { endpoint: 'a', breaker: { trips: 1 } }, left: false },
  { name: 'no status at all', stored: undefined, applied: { endpoint: 'a' }, left: false },
];

describe('what is left of a stored status after it was applied', () => {
  test.each(table)('$name', ({ stored, applied, left }) => {
    expect(hasLeftovers(stored, applied)).toBe(left);
  });
});
