import { describe, expect, test } from '@jest/globals';
import { ROTATE_AT_ANNOTATION } from '#operator/api/scim-tenant.ts';
import type { TokenStatus } from '#operator/api/scim-tenant-status.ts';
import { tokenRotation, type TokenRotation, type TokenRotationInput } from '#operator/reconcile/token-rotation.ts';
import { aSpec, aTokenStatus } from '#test/support/a-tenant.ts';
import { aTokenSecret, FINGERPRINT, NOW } from '#test/support/an-observed.ts';

const HOUR = 3_600_000;
const OURS = aTokenSecret({ generated: true, madeFor: 'acme' });
const TOKEN = { fingerprint: FINGERPRINT, rotatedAt: '2026-11-24T05:00:00Z' };
const byAge = (rotateAfter: string) => aSpec({ tokenPolicy: { generate: true, overlap: '0s', rotateAfter } });

function previous(overrides: Partial<TokenStatus> = {}): TokenStatus {
  return aTokenStatus({ ...TOKEN, ...overrides });
}

function rotation(overrides: Partial<TokenRotationInput> & { readonly asks?: string } = {}): TokenRotation {
  const { asks, ...input } = overrides;
  const annotations = asks === undefined ? {} : { [ROTATE_AT_ANNOTATION]: asks };
  return tokenRotation({
    tenant: { name: 'acme', annotations },
    spec: aSpec(),
    secret: OURS,
    previous: previous(),
    token: TOKEN,
    now: NOW,
    ...input,
  });
}

const NOTHING = { due: null, at: null };
const unasked = { observedRotateAt: '', refusedRotation: null };

describe('a token of the operator’s own making', () => {
  const cases: readonly { name: string; input: Parameters<typeof rotation>[0]; expected: TokenRotation }[] = [
    { name: 'stays when nobody asks', input: {}, expected: { ...NOTHING, status: unasked } },
    { name: 'is replaced for a new value', input: { asks: 'b' }, expected: { due: 'Annotation', at: null, status: unasked } },
    {
      name: 'is replaced for any other value, also one of before',
      input: { asks: 'a', secret: { ...OURS, rotateAt: 'b' }, previous: previous({ observedRotateAt: 'b' }) },
      expected: { due: 'Annotation', at: null, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'is not replaced again for the value that the Secret carries, which the status then echoes',
      input: { asks: 'b', secret: { ...OURS, rotateAt: 'b' }, previous: previous({ observedRotateAt: 'a' }) },
      expected: { ...NOTHING, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'is not replaced for the value that the status knows',
      input: { asks: 'b', previous: previous({ observedRotateAt: 'b' }) },
      expected: { ...NOTHING, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'is not replaced because the annotation was taken off',
      input: { secret: { ...OURS, rotateAt: 'b' }, previous: previous({ observedRotateAt: 'b' }) },
      expected: { ...NOTHING, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'is not replaced at the first sight of a tenant, as after a restore',
      input: { asks: 'b', previous: null },
      expected: { ...NOTHING, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'is replaced for the annotation even when its value is not usable',
      input: { asks: 'b', token: { fingerprint: null, rotatedAt: null }, previous: previous({ fingerprint: null }) },
      expected: { due: 'Annotation', at: null, status: unasked },
    },
    {
      name: 'says when it will be too old',
      input: { spec: byAge('2h') },
      expected: { due: null, at: Date.parse(TOKEN.rotatedAt) + 2 * HOUR, status: unasked },
    },
    {
      name: 'is replaced when it is too old',
      input: { spec: byAge('1h') },
      expected: { due: 'Age', at: Date.parse(TOKEN.rotatedAt) + HOUR, status: unasked },
    },
    {
      name: 'has no age while its value is not usable',
      input: { spec: byAge('1h'), token: { fingerprint: null, rotatedAt: null } },
      expected: { ...NOTHING, status: unasked },
    },
  ];
  test.each(cases)('$name', ({ input, expected }) => expect(rotation(input)).toEqual(expected));
});

describe('a Secret that is not the operator’s to write', () => {
  const refused = (reason: 'NotGenerated' | 'Immutable', rotateAt: string, observedRotateAt = rotateAt) => ({
    ...NOTHING,
    status: { observedRotateAt, refusedRotation: { reason, rotateAt } },
  });
  const kept = previous({ observedRotateAt: 'b', refusedRotation: { reason: 'NotGenerated', rotateAt: 'b' } });
  const foreign = aTokenSecret();
  const cases: readonly { name: string; input: Parameters<typeof rotation>[0]; expected: TokenRotation }[] = [
    { name: 'goes without a word when nobody asks', input: { secret: foreign }, expected: { ...NOTHING, status: unasked } },
    { name: 'made by somebody else', input: { asks: 'b', secret: foreign }, expected: refused('NotGenerated', 'b') },
    {
      name: 'made for another tenant',
      input: { asks: 'b', secret: { ...OURS, madeFor: 'other' } },
      expected: refused('NotGenerated', 'b'),
    },
    { name: 'immutable', input: { asks: 'b', secret: { ...OURS, immutable: true } }, expected: refused('Immutable', 'b') },
    {
      name: 'is refused further while the request stands',
      input: { asks: 'b', secret: foreign, previous: kept },
      expected: refused('NotGenerated', 'b'),
    },
    {
      name: 'has done what was asked when its token changes',
      input: { asks: 'b', secret: foreign, previous: kept, token: { ...TOKEN, fingerprint: 'sha256:other' } },
      expected: { ...NOTHING, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'is no longer asked when the annotation goes',
      input: { secret: foreign, previous: kept },
      expected: { ...NOTHING, status: { observedRotateAt: 'b', refusedRotation: null } },
    },
    {
      name: 'that took the place of the operator’s own is not asked for what was done before',
      input: { asks: 'a', secret: foreign, previous: previous({ observedRotateAt: 'a' }) },
      expected: { ...NOTHING, status: { observedRotateAt: 'a', refusedRotation: null } },
    },
    { name: 'never gets too old', input: { spec: byAge('1h'), secret: foreign }, expected: refused('NotGenerated', '') },
  ];
  test.each(cases)('$name', ({ input, expected }) => expect(rotation(input)).toEqual(expected));
});

test('a Secret that does not say for whom it was made belongs to whoever refers to it', () => {
  expect(rotation({ asks: 'b', secret: { ...OURS, madeFor: null } }).due).toBe('Annotation');
});
