import { join } from 'node:path';
import { buildOnce, runCommand } from './build-once.ts';
import { haveMongodb, mongodbFolder, SECANTUSDB_VERSION } from './mongodb-program.ts';

/**
 * Makes sure that a MongoDB-compatible server is there: the one that MONGODB_URI names, or SecantusDB in a Python
 * environment of its own.
 * @returns null when it is, else why it can't be had
 */
export async function ensureMongodb(say: (line: string) => void): Promise<string | null> {
  if (haveMongodb()) return null;
  try {
    await runCommand('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))']);
  } catch {
    return 'Python 3.10 or newer is not installed (it runs the MongoDB-compatible server), and MONGODB_URI is not set';
  }
  say(`installing the MongoDB-compatible server SecantusDB ${SECANTUSDB_VERSION}, once; about 15 seconds …`);
  try {
    await buildOnce(mongodbFolder(), install);
  } catch (error) {
    return `the installation of the MongoDB-compatible server failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return null;
}

async function install(folder: string): Promise<void> {
  await runCommand('python3', ['-m', 'venv', folder]);
  await runCommand(join(folder, 'bin', 'python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    `SecantusDB==${SECANTUSDB_VERSION}`,
  ]);
}
