import { fileURLToPath } from 'node:url';
import { buildOnce, runCommand } from './build-once.ts';
import { haveHelm, HELM_VERSION, helmFolder, helmProgram } from './helm-program.ts';

/** The module that pins helm. */
const MODULE = fileURLToPath(new URL('./helm/', import.meta.url));

/**
 * Makes sure that helm is there, building it once if need be.
 * @returns null when it is, else why it can't be had
 */
export async function ensureHelm(say: (line: string) => void): Promise<string | null> {
  if (haveHelm()) return null;
  if (process.env['HELM_BIN']) return `HELM_BIN names no file: ${helmProgram()}`;
  try {
    await runCommand('go', ['version']);
  } catch {
    return 'Go is not installed (1.26 or newer builds helm), and HELM_BIN is not set';
  }
  say(`building helm ${HELM_VERSION}, once; about 3 minutes on two cores …`);
  try {
    await buildOnce(helmFolder(), async (folder) => {
      await runCommand('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', `${folder}/`, 'tool'], { cwd: MODULE });
    });
  } catch (error) {
    return `the build of helm failed: ${error instanceof Error ? error.message : String(error)}`;
  }
  return null;
}
