import { expect, test } from '@jest/globals';
import { quoteValue } from '#scim-service/scim/quote-value.ts';

test.each([
  ['text', 'a "b"', '"a \\"b\\""'],
  ['long text, cut', 'x'.repeat(61), `"${'x'.repeat(59)}…"`],
  ['a number', 1.5, '1.5'],
  ['a Boolean', false, 'false'],
  ['null', null, 'null'],
  ['nothing', undefined, 'nothing'],
  ['one value', [{ userName: 'a' }], 'a list of 1 value'],
  ['a list', [1, 2], 'a list of 2 values'],
  ['a person, never shown', { userName: 'a' }, 'an object'],
])('%s', (_name, value, expected) => {
  expect(quoteValue(value)).toBe(expected);
});
