import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { runSoak } from './soak.ts';

/** So that `npm run soak` goes on working; what it is for takes longer walks. */
test('a walk of half a minute with four tenants and faults ends with nothing that differs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scim-soak-'));
  const said: string[] = [];
  const flags = { minutes: 0.5, seed: 'short', tenants: 4, pods: 2, settleSeconds: 90, rest: { least: 1_000, most: 4_000 } };
  const { findings, counts, settledAfter } = await runSoak({ ...flags, folder, say: (line) => said.push(line) });
  // The logs stay when something is wrong.
  expect({ findings, folder, said }).toEqual({ findings: [], folder, said });
  await rm(folder, { recursive: true, force: true });
  expect(settledAfter).toHaveLength(1);
  expect([...(counts['faults'] as ReadonlyMap<string, number>).values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1);
  expect((counts['answers to directories'] as Record<string, number>)['201']).toBeGreaterThan(20);
}, 300_000);
