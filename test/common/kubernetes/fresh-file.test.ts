import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { FreshFile } from '#common/kubernetes/fresh-file.ts';

test('a file is read again after a minute, or when what was read does not serve', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scim-fresh-file-'));
  try {
    const path = join(folder, 'token');
    let now = 5;
    const file = new FreshFile(path, () => now);
    expect(() => file.read()).toThrow('no such file');
    await writeFile(path, 'first');
    expect(file.read()).toBe('first');
    await writeFile(path, 'second');
    now += 59_999;
    expect(file.read()).toBe('first');
    now += 1;
    expect(file.read()).toBe('second');
    await writeFile(path, 'third');
    expect(file.read()).toBe('second');
    file.forget();
    expect(file.read()).toBe('third');
  } finally {
    await rm(folder, { recursive: true });
  }
});
