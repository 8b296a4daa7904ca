import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startMongoServer } from '../support/mongo-server.ts';
import { CONNECTIONS } from './bench-server.ts';
import { measure, type MeasureOptions, type Row } from './measure.ts';
import { profile } from './profile.ts';
import { SCENARIOS } from './scenarios.ts';
import { seed } from './seed.ts';

/**
 * `npm run bench -- [--store sqlite|mongodb] [--users 1000,100000] [--seconds 5] [--only text] [--profile folder]`: operations a
 * second of each kind of request, beside a floor that is measured in the same run on the same store. Prints a table; asserts
 * nothing but that every answer is the right one. With `--profile` it loads the service alone, leaves a .cpuprofile of each row
 * in the folder and prints the hottest functions.
 */

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'sqlite' },
    users: { type: 'string', default: '1000,100000' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    profile: { type: 'string' },
  },
});

print(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, store ${values.store}, ${CONNECTIONS} connections, ${values.seconds} s a row`,
);
for (const users of values.users.split(',').map(Number)) await benchTenant(users);

async function benchTenant(users: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const address = await emptyStore(stack);
  const begin = performance.now();
  await seed(address, users);
  print(`\n### ${users.toLocaleString('en')} people (seeded in ${Math.round((performance.now() - begin) / 1_000)} s)\n`);
  const options: MeasureOptions = { users, address, seconds: Number(values.seconds) };
  const scenarios = SCENARIOS.filter(({ name, minUsers = 0 }) => minUsers <= users && name.includes(values.only));
  if (values.profile !== undefined) {
    for (const scenario of scenarios) {
      print([`#### ${scenario.name}`, ...(await profile(scenario, { ...options, folder: resolve(values.profile) })), ''].join('\n'));
    }
    return;
  }
  print(
    '| request | operations/s | p50 ms | p99 ms | CPU µs | memory MiB | floor/s | floor CPU µs | ratio | CPU ratio |\n|---|---|---|---|---|---|---|---|---|---|',
  );
  for (const scenario of scenarios) printRow(scenario.name, await measure(scenario, options));
}

function printRow(name: string, { service, floor, ratio, rss, wrong }: Row): void {
  const cells = [
    name,
    Math.round(service.perSecond).toLocaleString('en'),
    service.p50.toFixed(2),
    service.p99.toFixed(2),
    Math.round(service.cpu),
    Math.round(rss / 2 ** 20),
    Math.round(floor.perSecond).toLocaleString('en'),
    Math.round(floor.cpu),
    ratio.toFixed(2),
    (floor.cpu / service.cpu).toFixed(2),
  ];
  print(`| ${cells.join(' | ')} |`);
  if (wrong.length === 0) return;
  process.stderr.write(`${wrong.join('\n')}\n`);
  process.exitCode = 1;
}

async function emptyStore(stack: AsyncDisposableStack): Promise<string> {
  if (values.store === 'mongodb') return stack.use(await startMongoServer()).uri;
  const folder = await mkdtemp(join(tmpdir(), 'scim-bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return `sqlite:${join(folder, 'scim.sqlite')}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
