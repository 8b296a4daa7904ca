import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startMongoServer } from '../support/mongo-server.ts';
import { runClosedLoop, type LoadResult } from './closed-loop.ts';
import { openStore } from './open-store.ts';
import { TENANT, TOKEN } from './people.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { seed } from './seed.ts';

/**
 * `npm run bench -- [--store sqlite|mongodb] [--users 1000,100000] [--seconds 5] [--only text]`: operations a second of each
 * kind of request, beside a floor that is measured in the same run on the same store. Prints a table; asserts nothing.
 */

const CONNECTIONS = 16;
const SERVE = fileURLToPath(new URL('./serve.ts', import.meta.url));

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    users: { type: 'string', default: '1000,100000' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, store ${values.store}, ${CONNECTIONS} connections, ${values.seconds} s a row\n\n`,
);
for (const users of values.users.split(',').map(Number)) await benchTenant(users);

async function benchTenant(users: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const address = await emptyStore(stack);
  const seeding = new AsyncDisposableStack();
  const begin = performance.now();
  await seed(await openStore(address, seeding), users);
  await seeding.disposeAsync();
  process.stdout.write(`### ${users.toLocaleString('en')} people (seeded in ${Math.round((performance.now() - begin) / 1_000)} s)\n\n`);
  process.stdout.write('| request | operations/s | p50 ms | p99 ms | memory MiB | floor/s | ratio |\n|---|---|---|---|---|---|---|\n');
  for (const scenario of SCENARIOS) {
    if ((scenario.minUsers ?? 0) > users || !scenario.name.includes(values.only)) continue;
    process.stdout.write(await measure(scenario, users, address));
  }
  process.stdout.write('\n');
}

/** Service and floor take turns on the same store, each in a process of its own that is fresh. */
async function measure(scenario: Scenario, users: number, address: string): Promise<string> {
  const floor = await load('floor', scenario, users, address);
  const service = await load('service', scenario, users, address);
  for (const [name, { statuses }] of Object.entries({ floor, service })) {
    const wrong = Object.keys(statuses).filter((status) => Number(status) !== scenario.status);
    if (wrong.length > 0) process.stderr.write(`${scenario.name}: ${name} answered ${JSON.stringify(statuses)}\n`);
  }
  const cells = [
    scenario.name,
    Math.round(service.perSecond).toLocaleString('en'),
    service.p50.toFixed(2),
    service.p99.toFixed(2),
    Math.round(service.rss / 2 ** 20),
    Math.round(floor.perSecond).toLocaleString('en'),
    (service.perSecond / floor.perSecond).toFixed(2),
  ];
  return `| ${cells.join(' | ')} |\n`;
}

async function load(kind: 'service' | 'floor', scenario: Scenario, users: number, address: string): Promise<LoadResult & { rss: number }> {
  const server = fork(SERVE, [kind, address], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const { port } = (await message(server)) as { port: number };
    const options = { port, token: TOKEN, connections: CONNECTIONS };
    // Both write to one store, so each has numbers of its own.
    let sent = kind === 'floor' ? 0 : 1_000_000_000;
    const request = () => {
      const { method, path, body } = scenario.request(sent++, users);
      return { method, path: `/${TENANT}/scim/v2${path}`, ...(body !== undefined && { body }) };
    };
    await runClosedLoop({ ...options, seconds: 1, request });
    const result = await runClosedLoop({ ...options, seconds: Number(values.seconds), request });
    server.send('memory');
    const { rss } = (await message(server)) as { rss: number };
    return { ...result, rss };
  } finally {
    const exited = once(server, 'exit');
    server.disconnect();
    await exited;
  }
}

async function message(server: ChildProcess): Promise<unknown> {
  const [answer] = (await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(() => {
      throw new Error('a process of the benchmark ended before it answered');
    }),
  ])) as unknown[];
  return answer;
}

async function emptyStore(stack: AsyncDisposableStack): Promise<string> {
  if (values.store === 'mongodb') return stack.use(await startMongoServer()).uri;
  const folder = await mkdtemp(join(tmpdir(), 'scim-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, 'scim.sqlite')}`;
}
