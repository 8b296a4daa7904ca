import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Turns } from '#scim-service/persistence/mongo/turns.ts';

const NEVER = new Promise<never>(() => {});

describe('Turns', () => {
  test('lets those of one key go one after the other, in the order they came', async () => {
    const turns = new Turns(10_000);
    const events: string[] = [];
    const work = async (name: string): Promise<string> => {
      events.push(`${name} begins`);
      await setImmediate();
      events.push(`${name} ends`);
      return name;
    };
    expect(await Promise.all(['a', 'b', 'c'].map((name) => turns.take('key', () => work(name))))).toEqual(['a', 'b', 'c']);
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('lets those of other keys go at once', async () => {
    const turns = new Turns(10_000);
    void turns.take('one', () => NEVER);
    expect(await turns.take('other', async () => 'done')).toBe('done');
  });

  test('goes on after one that failed', async () => {
    const turns = new Turns(10_000);
    const failing = turns.take('key', async () => {
      throw new Error('no');
    });
    const next = turns.take('key', async () => 'done');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });

  test('lets nobody wait for ever behind one that is stuck', async () => {
    const turns = new Turns(20);
    void turns.take('key', () => NEVER);
    const start = performance.now();
    expect(await Promise.all([turns.take('key', async () => 'first'), turns.take('key', async () => 'second')])).toEqual([
      'first',
      'second',
    ]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
