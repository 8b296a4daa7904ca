import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';
import { acceptedDigests, authenticate, type Refusal } from '#scim-service/tenancy/authenticate.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const DIGESTS = acceptedDigests([
  { sha256: sha256Hex('current'), validUntil: null },
  { sha256: sha256Hex('previous'), validUntil: '2026-11-24T10:00:01Z' },
  { sha256: sha256Hex('expired'), validUntil: '2026-11-24T10:00:00Z' },
  { sha256: sha256Hex('pässwört'), validUntil: null },
]);

const CASES: readonly [name: string, authorization: string | undefined, expected: Refusal | null][] = [
  ['the current token', 'Bearer current', null],
  ['a previous token before its end', 'Bearer previous', null],
  ['a previous token at its end', 'Bearer expired', 'expired_token'],
  ['the scheme in another case', 'bEARER current', null],
  ['several spaces', 'Bearer   current  ', null],
  ['a token beyond ASCII, as node:http decodes its UTF-8', `Bearer ${Buffer.from('pässwört').toString('latin1')}`, null],
  ['a wrong token', 'Bearer wrong', 'wrong_token'],
  ['a token that only begins rightly', 'Bearer current2', 'wrong_token'],
  ['the digest in the place of the token', `Bearer ${sha256Hex('current')}`, 'wrong_token'],
  ['another scheme', 'Basic current', 'no_token'],
  ['two tokens', 'Bearer current current', 'no_token'],
  ['no token', 'Bearer', 'no_token'],
  ['an empty header', '', 'no_token'],
  ['no header', undefined, 'no_token'],
];

describe('authenticate', () => {
  test.each(CASES)('judges %s', (_name, authorization, expected) => {
    expect(authenticate(DIGESTS, authorization, NOW)).toBe(expected);
  });

  test.each(['Bearer current', 'Bearer ', undefined])('lets nobody into a tenant that does not exist, sent %j', (authorization) => {
    expect(authenticate(null, authorization, NOW)).toBe('unknown_tenant');
  });

  test('lets nobody into a tenant without a usable token, not even with an empty one', () => {
    expect(authenticate([], 'Bearer current', NOW)).toBe('wrong_token');
    expect(authenticate([], 'Bearer ', NOW)).toBe('no_token');
  });
});
