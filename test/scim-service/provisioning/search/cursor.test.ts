import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { sha256Hex } from '#common/sha256-hex.ts';
import { openCursor, sealCursor, type CursorContext, type PagePlace } from '#scim-service/provisioning/search/cursor.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const current = { sha256: sha256Hex('token'), validUntil: null };
const CONTEXT: CursorContext = { tokenDigests: [current], now: NOW, query: '["team-hr/acme","User",null,null]' };
const PLACE: PagePlace = {
  side: 'after',
  entry: { key: null, createdAt: Date.parse('2026-11-24T08:00:00.123Z'), id: '0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60' },
  totalResults: 42,
};

function refusal(context: CursorContext, cursor: string): unknown {
  try {
    openCursor(context, cursor);
    return null;
  } catch (error) {
    if (error instanceof ScimError) return error.scimType;
    throw error;
  }
}

describe('a cursor', () => {
  test('gives back any place, in characters that no URL escapes', () => {
    const place = fc.record(
      {
        side: fc.constantFrom<PagePlace['side']>('after', 'before'),
        entry: fc.record(
          {
            key: fc.oneof(
              fc.string({ unit: 'binary', maxLength: 200 }),
              fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
              fc.boolean(),
              fc.constant(null),
            ),
            createdAt: fc.date({ noInvalidDate: true }).map((date) => date.getTime()),
            id: fc.uuid(),
          },
          { noNullPrototype: true },
        ),
        totalResults: fc.nat(),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(place, (given) => {
        const cursor = sealCursor(CONTEXT, given);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]{1,4000}$/);
        expect(openCursor(CONTEXT, cursor)).toEqual(given);
      }),
    );
  });

  test('is valid for ten minutes', () => {
    const cursor = sealCursor(CONTEXT, PLACE);
    expect(openCursor({ ...CONTEXT, now: NOW + 599_999 }, cursor)).toEqual(PLACE);
    expect(refusal({ ...CONTEXT, now: NOW + 600_000 }, cursor)).toBe('expiredCursor');
  });

  test.each(['["team-hr/other","User",null,null]', '["team-hr/acme","Group",null,null]', '["team-hr/acme","User","title pr",null]'])(
    'is no good for the query %s',
    (query) => {
      expect(refusal({ ...CONTEXT, query }, sealCursor(CONTEXT, PLACE))).toBe('invalidCursor');
    },
  );

  test('given under the previous token is valid as long as that one is', () => {
    const cursor = sealCursor(CONTEXT, PLACE);
    const rotated = { sha256: sha256Hex('new'), validUntil: null };
    const previous = { ...current, validUntil: new Date(NOW + 1000).toISOString() };
    expect(openCursor({ ...CONTEXT, tokenDigests: [rotated, previous] }, cursor)).toEqual(PLACE);
    expect(refusal({ ...CONTEXT, tokenDigests: [rotated, previous], now: NOW + 1000 }, cursor)).toBe('invalidCursor');
    expect(refusal({ ...CONTEXT, tokenDigests: [rotated] }, cursor)).toBe('invalidCursor');
    expect(refusal({ ...CONTEXT, tokenDigests: [] }, cursor)).toBe('invalidCursor');
  });

  test('of which one character was changed is refused', () => {
    const cursor = sealCursor(CONTEXT, PLACE);
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.constantFrom('A', 'b', '0', '-', '_'), (position, character) => {
        const changed = cursor.slice(0, position) + character + cursor.slice(position + 1);
        // The last character holds spare bits, which another one may fill differently and mean the same.
        fc.pre(!Buffer.from(changed, 'base64url').equals(Buffer.from(cursor, 'base64url')));
        expect(refusal(CONTEXT, changed)).toBe('invalidCursor');
      }),
    );
  });

  test('that is any other text is refused', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String(), fc.constant('x'.repeat(10_000)));
    fc.assert(fc.property(anything, (text) => expect(refusal(CONTEXT, text)).toBe('invalidCursor')));
  });
});
