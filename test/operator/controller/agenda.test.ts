import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Agenda } from '#operator/controller/agenda.ts';

describe('Agenda', () => {
  test('gives each key once, when its slot has begun', () => {
    const agenda = new Agenda<string>(1_000);
    agenda.put('a', 2_500);
    agenda.put('b', 3_000);
    expect(agenda.take(1_999)).toEqual([]);
    expect(agenda.take(2_000)).toEqual(['a']);
    expect(agenda.take(9_000)).toEqual(['b']);
    expect(agenda.take(9_000)).toEqual([]);
  });

  test('keeps the last time of a key, sooner or later, and none of one that was removed', () => {
    const agenda = new Agenda<string>(1);
    for (const key of ['sooner', 'later', 'removed']) agenda.put(key, 50);
    agenda.put('sooner', 10);
    agenda.put('later', 90);
    agenda.remove('removed');
    agenda.remove('unknown');
    expect([agenda.take(10), agenda.take(89), agenda.take(90)]).toEqual([['sooner'], [], ['later']]);
  });

  test('agrees with a plain map of times', () => {
    const step = fc.tuple(fc.constantFrom('put' as const, 'remove' as const, 'take' as const), fc.constantFrom('a', 'b', 'c'), fc.nat(40));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const agenda = new Agenda<string>(10);
        const model = new Map<string, number>();
        for (const [what, key, time] of steps) {
          if (what === 'put') {
            agenda.put(key, time);
            model.set(key, time);
          }
          if (what === 'remove') {
            agenda.remove(key);
            model.delete(key);
          }
          if (what !== 'take') continue;
          const due = [...model].filter(([, at]) => Math.floor(at / 10) <= Math.floor(time / 10)).map(([name]) => name);
          expect([...agenda.take(time)].sort()).toEqual(due.sort());
          for (const name of due) model.delete(name);
        }
      }),
    );
  });
});
