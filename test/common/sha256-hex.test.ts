import { expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';

test('a digest is of the UTF-8 bytes', () => {
  expect(sha256Hex('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});
