import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { acceptsGzip } from '#scim-service/http/accepts-gzip.ts';

test.each<[string | undefined, boolean]>([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['x-gzip', true],
  ['br, gzip;q=0.5', true],
  ['gzip ; q=1.0, identity', true],
  ['gzip;q=0', false],
  ['gzip;q=0.000, *', false],
  ['*', true],
  ['*;q=0', false],
  ['identity', false],
  ['identity, gzip;q=0.5', false],
  ['identity;q=0.5, gzip', true],
  ['gzip;q=much', false],
])('%j: %j', (header, expected) => {
  expect(acceptsGzip(header)).toBe(expected);
});

test('no header makes it throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (header) => expect([true, false]).toContain(acceptsGzip(header))));
});
