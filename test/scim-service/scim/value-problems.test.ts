import { describe, expect, test } from '@jest/globals';
import { findAttribute } from '#common/scim/resolve-path.ts';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';
import { ValueProblems } from '#scim-service/scim/value-problems.ts';

const title = findAttribute(CORE_USER_SCHEMA.attributes, 'title')!;
const nickName = findAttribute(CORE_USER_SCHEMA.attributes, 'nickName')!;
const MISSING = { kind: 'missing', detail: '"a" is missing', summary: '"a" is missing' } as const;
const MISFIT = { definition: title, path: 'title', is: 'is "x", but 7 is expected', isNot: 'is not 7' };

describe('ValueProblems', () => {
  test('make one error of all, whose summary has no value', () => {
    const problems = new ValueProblems();
    problems.add(MISSING);
    problems.addMisfit({ ...MISFIT, path: 'emails[12].value' }, 'emails[12].value');
    problems.addUnreadable('urn:x', [nickName], 'is "secret"');
    expect(problems.count).toBe(3);
    expect(problems.error()).toMatchObject({
      status: 400,
      scimType: 'invalidValue',
      message:
        '"a" is missing; emails[12].value is "x", but 7 is expected; urn:x is "secret", but an object with its attributes is expected',
      summary: '"a" is missing; attribute "emails.value" is not 7; extension "urn:x" is not an object with its attributes',
      reason: null,
    });
  });

  test('have a reason of their own when all that is wrong is missing', () => {
    const problems = new ValueProblems();
    problems.add(MISSING);
    expect(problems.error().reason).toBe('RequiredAttribute');
    problems.addMisfit(MISFIT, 'title');
    expect(problems.error().reason).toBeNull();
  });

  test('explain an attribute where they are told how', () => {
    const problems = new ValueProblems(({ name }) => ` (${name}!)`);
    problems.addMisfit(MISFIT, 'title');
    expect(problems.error()).toMatchObject({
      message: 'title is "x", but 7 is expected (title!)',
      summary: 'attribute "title" (title!) is not 7',
    });
  });

  test('tell twenty and count the others', () => {
    const problems = new ValueProblems();
    for (let at = 0; at < 100_000; at += 1) problems.addMisfit({ ...MISFIT, path: `[${at}]` }, 'title');
    const told = problems.error().message.split('; ');
    expect(told).toHaveLength(21);
    expect(told.slice(-2)).toEqual(['[19] is "x", but 7 is expected', 'and 99980 more']);
    expect(problems.error().summary?.endsWith('; and 99980 more')).toBe(true);
  });

  test('know whose value does not fit', () => {
    const problems = new ValueProblems();
    problems.addMisfit(MISFIT, 'title');
    expect([problems.hasMisfit(title), problems.hasMisfit(nickName)]).toEqual([true, false]);
    problems.addUnreadable('urn:x', [nickName], 'is 7');
    expect(problems.hasMisfit(nickName)).toBe(true);
  });
});
