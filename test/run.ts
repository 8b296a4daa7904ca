import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureHelm } from './servers/ensure-helm.ts';
import { ensureKubernetes } from './servers/ensure-kubernetes.ts';
import { ensureMongodb } from './servers/ensure-mongodb.ts';
import { closingLine, suitesToLeaveOut, type MissingParts } from './servers/suite-selection.ts';

/**
 * `npm test [-- pattern …]`: sets up the servers that suites need, runs jest, and says aloud what was not run.
 * `--quick` leaves out every suite that needs a server.
 */

const ROOT = fileURLToPath(new URL('../', import.meta.url));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function runJest(args: readonly string[]): Promise<{ code: number; summary: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'scim-jest-'));
  const report = join(folder, 'report.json');
  try {
    const jest = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        join(ROOT, 'node_modules/jest/bin/jest.js'),
        '--json',
        `--outputFile=${report}`,
        ...args,
      ],
      // The report goes to the file; what jest tells a person goes to standard error.
      { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
    );
    const [code] = (await once(jest, 'close')) as [number | null];
    return { code: code ?? 1, summary: await readFile(report, 'utf8').catch(() => '') };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const quick = args.includes('--quick');
  const patterns = args.filter((argument) => argument !== '--quick');
  const quickReason = quick ? 'left out by --quick' : null;
  const missing: MissingParts = {
    kubernetes: quickReason ?? (await ensureKubernetes(say)),
    mongodb: quickReason ?? (await ensureMongodb(say)),
    helm: quickReason ?? (await ensureHelm(say)),
    patience: quickReason,
  };
  const leftOut = suitesToLeaveOut(missing);
  const ignore = leftOut.flatMap(({ suffix }) => ['--testPathIgnorePatterns', suffix.replaceAll('.', '\\.')]);
  const { code, summary } = await runJest([...ignore, ...(ignore.length > 0 && patterns.length > 0 ? ['--'] : []), ...patterns]);
  const closing = closingLine(summary);
  for (const { suffix, reason } of leftOut) say(`not run: suites *${suffix}: ${reason}`);
  process.stdout.write(`${closing.line}\n`);
  if (closing.ran === 0) {
    say('no test ran');
    return 1;
  }
  if (leftOut.length > 0 && !quick && process.env['CI'] === 'true') {
    say('CI=true: a suite that was not run is a failure');
    return 1;
  }
  return code;
}

process.exitCode = await main(process.argv.slice(2));
