import { expect, test } from '@jest/globals';
import { nearestNames } from '#common/scim/nearest-names.ts';

const NAMES = ['userName', 'name', 'displayName', 'nickName', 'emails', 'name.givenName'];

test.each<[why: string, name: string, nearest: readonly string[]]>([
  ['a letter is missing', 'usrName', ['userName', 'name']],
  ['letters are swapped, and two wrong are as near as a part of the name', 'nikcName', ['name', 'nickName']],
  ['case does not matter', 'EMIALS', ['emails']],
  ['a part of the name', 'email', ['emails']],
  ['a name with more around it', 'workEmails', ['emails']],
  ['the last part of a dotted name', 'givnName', ['name.givenName', 'name']],
  ['nothing is near', 'shoeSize', []],
  ['a short name is in many words, which does not make them near', 'x', []],
  ['no name at all', '', []],
  ['a name too long to be a misspelling', `emails${'x'.repeat(59)}`, []],
])('%s', (_why, name, nearest) => {
  expect(nearestNames(name, NAMES)).toEqual(nearest);
});

test('there are at most three, nearest first', () => {
  expect(nearestNames('abcd', ['abxx', 'abcx', 'abcd', 'axcd', 'zzzz'])).toEqual(['abcd', 'abcx', 'axcd']);
});
