import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** How the temporary files begin; nothing reads them, and what a crash left is removed at the next start. */
export const TEMPORARY_PREFIX = '.scim-operator-';

/**
 * Replaces a file as a whole: whoever reads it sees the old content or the new one, after a crash too. A link is followed,
 * and an existing file keeps its mode.
 * @param mode of a file that is new
 */
export async function writeFileWhole(path: string, text: string, mode: number): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const existing = await stat(target).catch(() => null);
  const temporary = join(dirname(target), `${TEMPORARY_PREFIX}${basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      // The umask may have taken bits away, and may not add any that the mode lacks.
      await file.chmod(existing ? existing.mode & 0o7777 : mode);
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
