import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { spawnServer } from './child-server.ts';
import { waitUntil } from './wait-until.ts';

const MODULE = fileURLToPath(new URL('./child-server.ts', import.meta.url));

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a child server', () => {
  test('runs until it is killed', async () => {
    const server = await spawnServer('sleep', ['600']);
    expect(alive(server.pid)).toBe(true);
    await server.kill();
    expect(server.running()).toBe(false);
    expect(alive(server.pid)).toBe(false);
  });

  test('goes when the process that started it is killed', async () => {
    const script = `const { spawnServer } = await import(${JSON.stringify(MODULE)}); console.log((await spawnServer('sleep', ['600'])).pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(alive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await waitUntil(() => !alive(pid), { what: 'the end of the orphaned server' });
  });
});
