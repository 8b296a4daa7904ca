import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MemorySample } from './audit/audit-memory.ts';
import type { Installation } from './installation.ts';

const INTERVAL_MS = 5_000;

/** Notes every 5 s what memory each of our programs has in use (VmRSS), until the signal aborts. Only Linux tells. */
export async function watchMemory(installation: Installation, begin: number, signal: AbortSignal): Promise<readonly MemorySample[]> {
  const samples: MemorySample[] = [];
  while (!signal.aborted) {
    for (const { name, starts, program } of installation.members) {
      const status = await readFile(`/proc/${program.pid}/status`, 'utf8').catch(() => '');
      const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
      if (kibibytes !== undefined)
        samples.push({ process: `${name} #${starts}`, at: Date.now() - begin, bytes: Number(kibibytes) * 1_024 });
    }
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return samples;
}
