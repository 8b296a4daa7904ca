import { describe, expect, test } from '@jest/globals';
import { applyPatch } from '#scim-service/scim/patch/apply-patch.ts';
import { parsePatch } from '#scim-service/scim/patch/parse-patch.ts';
import { PatchWork } from '#scim-service/scim/patch/patch-work.ts';
import { USER_SCHEMAS } from '#test/support/user-schemas.ts';

const emails = Array.from({ length: 10_000 }, (_, index) => ({ type: 'work', value: `${index}@example.com` }));
const person = { userName: 'ada', emails };

function parse(operations: readonly unknown[]) {
  return parsePatch({ Operations: operations }, USER_SCHEMAS).operations;
}

/** Without doing the work that it adds up. */
function addUp(operations: readonly unknown[]): void {
  const work = new PatchWork();
  for (const operation of parse(operations)) work.add(person, operation);
}

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

const TOO_MUCH = expect.objectContaining({ status: 413, message: expect.stringMatching(/more than 1200000 values.*those of emails/) });

describe('PatchWork', () => {
  test.each([
    ['a thousand additions to a long list', times(1_000, (index) => ({ op: 'add', path: 'emails', value: [{ value: `new-${index}` }] }))],
    ['a thousand value filters', times(1_000, (index) => ({ op: 'replace', path: `emails[value eq "${index}"].type`, value: 'home' }))],
    ['a list of values to remove', [{ op: 'remove', path: 'emails', value: emails.slice(0, 200) }]],
    ['hundreds of keys', [{ op: 'replace', value: Object.fromEntries(times(500, (at) => [`emails[type eq "t${at}"].value`, `v${at}`])) }]],
    ['long filters', times(10, () => ({ op: 'remove', path: `emails[${times(400, (at) => `value eq "${at}"`).join(' or ')}]` }))],
  ])('refuses %s, which would hold up every tenant', (_, operations) => {
    expect(() => addUp(operations)).toThrow(TOO_MUCH);
  });

  test.each([
    ['one addition of as many values', [{ op: 'add', path: 'emails', value: emails }]],
    [
      'a few of them changed',
      times(60, (index) => ({ op: 'replace', path: `emails[value eq "${index}@example.com"].type`, value: 'home' })),
    ],
    ['a thousand operations on single values', times(1_000, () => ({ op: 'add', path: 'title', value: 'Engineer' }))],
  ])('lets pass %s', (_, operations) => {
    expect(() => addUp(operations)).not.toThrow();
  });

  test('bounds what is applied', () => {
    const operations = parse([{ op: 'remove', path: 'emails', value: emails.slice(0, 200) }]);
    expect(() => applyPatch(person, operations, USER_SCHEMAS)).toThrow(TOO_MUCH);
  });
});
