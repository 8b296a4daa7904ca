import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKubernetes } from '../servers/ensure-kubernetes.ts';
import { ensureMongodb } from '../servers/ensure-mongodb.ts';
import { HELP, readFlags, type SoakFlags } from './flags.ts';
import { runSoak } from './soak.ts';
import { summary } from './summary.ts';

/** `npm run soak -- --help` tells what it does. */

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function main(flags: SoakFlags): Promise<number> {
  say(
    `seed ${flags.seed}: npm run soak -- --seed ${flags.seed} --minutes ${flags.minutes} --tenants ${flags.tenants} --pods ${flags.pods}`,
  );
  for (const missing of [await ensureKubernetes(say), await ensureMongodb(say)]) {
    if (missing !== null) throw new Error(missing);
  }
  const folder = await mkdtemp(join(tmpdir(), 'scim-soak-'));
  const result = await runSoak({ ...flags, folder, say });
  process.stdout.write(summary(flags, result));
  if (result.findings.length === 0) {
    await rm(folder, { recursive: true, force: true });
    return 0;
  }
  process.stdout.write(`\nlogs: ${folder}\n`);
  return 1;
}

const flags = readFlags(process.argv.slice(2), () => `${randomInt(1, 1_000_000)}`);
if (flags === 'help') process.stdout.write(HELP);
else process.exitCode = await main(flags);
