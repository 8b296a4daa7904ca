import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { KeyQueue } from '#scim-service/upkeep/key-queue.ts';

/** A queue whose turns last until they are ended. */
function aQueue(parallel: number) {
  const begun: string[] = [];
  const open = new Map<string, () => void>();
  const queue = new KeyQueue<string>({
    parallel,
    turn: (key) => {
      begun.push(key);
      return new Promise((resolve) => open.set(key, resolve));
    },
  });
  const end = async (key: string): Promise<void> => {
    open.get(key)?.();
    await setImmediate();
  };
  return { queue, begun, end };
}

describe('KeyQueue', () => {
  test('takes keys in their order, only so many at a time', async () => {
    const { queue, begun, end } = aQueue(2);
    for (const key of ['a', 'b', 'c', 'd']) queue.add(key);
    await setImmediate();
    expect(begun).toEqual(['a', 'b']);

    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  test('has a key that waits only once', async () => {
    const { queue, begun, end } = aQueue(1);
    for (const key of ['a', 'b', 'b', 'b', 'c']) queue.add(key);
    await setImmediate();
    for (const key of ['a', 'b', 'c']) await end(key);

    expect(begun).toEqual(['a', 'b', 'c']);
  });

  test('gives a key that is added during its turn another one afterwards, and lets others by meanwhile', async () => {
    const { queue, begun, end } = aQueue(2);
    queue.add('a');
    await setImmediate();
    queue.add('a');
    queue.add('b');
    await setImmediate();
    expect(begun).toEqual(['a', 'b']);

    await end('a');
    expect(begun).toEqual(['a', 'b', 'a']);
  });

  test('takes keys that a turn adds at once', async () => {
    const begun: string[] = [];
    const queue: KeyQueue<string> = new KeyQueue({
      parallel: 1,
      async turn(key) {
        begun.push(key);
        if (key.length < 4) queue.add(`${key}+`);
      },
    });
    queue.add('a');
    await setImmediate();

    expect(begun).toEqual(['a', 'a+', 'a++', 'a+++']);
  });

  test('closes once the turns are over, and begins none after', async () => {
    const { queue, begun, end } = aQueue(1);
    queue.add('a');
    queue.add('b');
    await setImmediate();
    let closed = false;
    const closing = queue.close().then(() => (closed = true));
    queue.add('c');
    await setImmediate();
    expect(closed).toBe(false);

    await end('a');
    await closing;
    await setImmediate();
    expect(begun).toEqual(['a']);
  });
});
