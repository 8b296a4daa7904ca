import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Reprojection } from '#common/pod-report.ts';
import { projectionRevision } from '#common/tenant-config.ts';
import { startMongoServer } from '../support/mongo-server.ts';
import { MAPPINGS, type MappingName } from './bench-mappings.ts';
import { openStore, sqliteFile } from './open-store.ts';
import { idOf, TENANT } from './people.ts';
import { seed } from './seed.ts';
import { percentile, SteadyLoad, type SteadyResult } from './steady-load.ts';

/**
 * `npm run bench:mapping -- [--store sqlite|mongodb] [--users 100000] [--rate 50] [--seconds 20]`: changes the mapping of a tenant
 * with many people while a client goes on writing. Prints how long the clients waited without, with, and without again, kills the pod in the
 * middle, and looks at everybody at the end.
 */

const SERVE = fileURLToPath(new URL('./serve-mapping.ts', import.meta.url));

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    users: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '20' },
  },
});
const users = Number(values.users);

await using stack = new AsyncDisposableStack();
const address = await emptyStore();
await seed(address, users);
await flush(address);
const load = new SteadyLoad({ perSecond: Number(values.rate), users });
print(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, store ${values.store}, ${users} people, ${values.rate} writes/s\n`);
print('| while | requests | p50 ms | p99 ms | other answers |\n|---|---|---|---|---|');

let pod = await startPod('before');
await during(2_000);
const quiet = await during(Number(values.seconds) * 1_000);
printRow('nothing else happens', quiet);

pod.process.send('after');
const begin = performance.now();
const half = watch(({ done }) => done * 2 >= users);
const first = await load.run(pod.port, half.isReached);
printRow('the first half is re-projected', first);
pod.process.kill('SIGKILL');
await once(pod.process, 'exit');

pod = await startPod('after');
const rest = watch(({ finishedAt }) => finishedAt !== null);
const second = await load.run(pod.port, rest.isReached);
printRow('the rest is, after kill -9', second);
const seconds = (performance.now() - begin) / 1_000;
const quietAgain = await during(Number(values.seconds) * 1_000);
printRow('nothing else happens, afterwards', quietAgain);
pod.process.kill('SIGTERM');
await once(pod.process, 'exit');

const audit = await lookAtEverybody();
const [busy, before, afterwards] = [[first, second], [quiet], [quietAgain]].map(p99) as [number, number, number];
print(`\np99 with / p99 without: ${(busy / before).toFixed(2)} of before, ${(busy / afterwards).toFixed(2)} of afterwards`);
print(`${Math.round(users / seconds)} people/s over ${seconds.toFixed(1)} s with the restart`);
print(`done when it was killed: ${half.last()?.done ?? 0}; left to do for the next process: ${rest.last()?.total ?? 0}`);
print(`people looked at: ${audit.people}; of another mapping: ${audit.outdated}; changes acknowledged and lost: ${audit.lost}`);
if (audit.outdated > 0 || audit.lost > 0 || audit.people !== users) process.exitCode = 1;

function p99(results: readonly SteadyResult[]): number {
  const latencies = results.flatMap((result) => result.latencies).sort((a, b) => a - b);
  return percentile(latencies, 0.99);
}

/** Seeding leaves much for the disk to catch up with, which the first writes that wait for it would pay for. */
async function flush(store: string): Promise<void> {
  const file = sqliteFile(store);
  if (file === null) return;
  await using handle = await open(file, 'r+');
  await handle.sync();
}

interface Pod {
  readonly process: ChildProcess;
  readonly port: number;
}

async function startPod(mapping: MappingName): Promise<Pod> {
  const child = fork(SERVE, [address, mapping], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { process: child, port };
}

function during(milliseconds: number): Promise<SteadyResult> {
  const end = performance.now() + milliseconds;
  return load.run(pod.port, () => performance.now() >= end);
}

/** Asks the pod for its report twice a second, since each answer is work for it too, until the report is what is waited for. */
function watch(isEnough: (report: Reprojection) => boolean): {
  readonly isReached: () => boolean;
  readonly last: () => Reprojection | null;
} {
  const { process: asked } = pod;
  let last: Reprojection | null = null;
  void (async () => {
    while (asked.connected && (last === null || !isEnough(last))) {
      asked.send('report');
      const [report] = (await once(asked, 'message')) as [Reprojection | null];
      last = report;
      await sleep(500);
    }
  })();
  return { isReached: () => last !== null && isEnough(last), last: () => last };
}

async function lookAtEverybody(): Promise<{ people: number; outdated: number; lost: number }> {
  await using opened = new AsyncDisposableStack();
  const store = await openStore(address, opened);
  const revision = projectionRevision(MAPPINGS.after);
  const result = { people: 0, outdated: await store.upkeep.countOutdated(TENANT, revision), lost: 0 };
  for await (const page of store.users.scan(TENANT, { by: 'all' }, { after: null, narrow: null })) result.people += page.length;
  for (const [person, { acknowledged, sent }] of load.titles) {
    const user = await store.users.findById(TENANT, idOf(person));
    const title = user?.resource['title'];
    const kept = acknowledged === null || title === acknowledged || (typeof title === 'string' && sent.has(title));
    if (!kept || user?.person['designation'] !== title) result.lost += 1;
  }
  return result;
}

function printRow(name: string, { latencies, statuses }: SteadyResult): void {
  const others = Object.entries(statuses).filter(([status]) => status !== '200');
  const cells = [
    name,
    latencies.length,
    percentile(latencies, 0.5).toFixed(2),
    percentile(latencies, 0.99).toFixed(2),
    others.map(([status, count]) => `${count} × ${status}`).join(', ') || 'none',
  ];
  print(`| ${cells.join(' | ')} |`);
}

async function emptyStore(): Promise<string> {
  if (values.store === 'mongodb') return stack.use(await startMongoServer()).uri;
  const folder = await mkdtemp(join(tmpdir(), 'scim-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, 'scim.sqlite')}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
