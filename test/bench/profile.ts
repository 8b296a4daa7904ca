import { mkdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BenchServer } from './bench-server.ts';
import type { MeasureOptions } from './measure.ts';
import type { Scenario } from './scenarios.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOTTEST = 20;

/** The part of a .cpuprofile (Chrome DevTools Protocol, Profiler.Profile) that is read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Ids of nodes. */
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

/**
 * Loads the service alone under `node --cpu-prof` and leaves the profile in a folder.
 * @returns the functions in which most time was spent, themselves and not what they call, one line each
 */
export async function profile(scenario: Scenario, options: MeasureOptions & { readonly folder: string }): Promise<readonly string[]> {
  const { folder, users, seconds } = options;
  await mkdir(folder, { recursive: true });
  const file = `${scenario.name.replaceAll(/[^a-z0-9]+/gi, '-')}-${users}.cpuprofile`;
  const execArgv = ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`];
  {
    await using service = await BenchServer.start('service', scenario, { ...options, execArgv });
    await service.load(seconds);
  }
  return hottest(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile);
}

function hottest({ nodes, samples, timeDeltas }: CpuProfile): readonly string[] {
  const names = new Map(nodes.map(({ id, callFrame }): [number, string] => [id, nameOf(callFrame)]));
  const self = new Map<string, number>();
  const total = timeDeltas.reduce((sum, time) => sum + time, 0);
  samples.forEach((id, index) => {
    const name = names.get(id) ?? '';
    const time = timeDeltas[index] ?? 0;
    self.set(name, (self.get(name) ?? 0) + time);
  });
  const sorted = [...self].sort(([, left], [, right]) => right - left).slice(0, HOTTEST);
  return sorted.map(([name, time]) => `${((time / total) * 100).toFixed(1).padStart(5)} % ${name}`);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const place = url.startsWith('file:') ? relative(ROOT, fileURLToPath(url)) : url;
  return `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`;
}
