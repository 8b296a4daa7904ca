import { watch, type FSWatcher } from 'node:fs';
import type { Logger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';

/** Many events come for one write; this gathers them. */
const GATHER_MS = 20;

export interface WatchFolderOptions {
  readonly folder: string;
  /** How often to look without being told, for file systems that tell nothing. */
  readonly pollMs: number;
  /** How soon to look again while something is unsettled. */
  readonly settleMs: number;
  readonly logger: Logger;
}

/**
 * Calls `look` at once, after each change in the folder and every `pollMs`, one call at a time, until the signal aborts.
 * @param look says whether something has yet to settle; what it throws is logged, once for each message in a row
 */
export async function watchFolder(options: WatchFolderOptions, look: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  let woken = new AbortController();
  const watcher = openWatcher(options, () => woken.abort());
  let lastError = '';
  try {
    while (!signal.aborted) {
      let unsettled = false;
      try {
        unsettled = await look();
        lastError = '';
      } catch (error) {
        if (String(error) !== lastError)
          options.logger.error({ err: error }, 'folder of tenants not read; what it said last stays in force');
        lastError = String(error);
      }
      await waitUnlessAborted(unsettled ? options.settleMs : options.pollMs, AbortSignal.any([signal, woken.signal]));
      if (!woken.signal.aborted) continue;
      woken = new AbortController();
      await waitUnlessAborted(GATHER_MS, signal);
    }
  } finally {
    watcher?.close();
  }
}

function openWatcher({ folder, pollMs, logger }: WatchFolderOptions, onChange: () => void): FSWatcher | null {
  const fallBack = (error: unknown): void =>
    logger.warn({ err: error }, `folder of tenants can't be watched; it is looked at every ${pollMs / 1_000} s`);
  try {
    const watcher = watch(folder, onChange);
    watcher.on('error', (error) => {
      fallBack(error);
      watcher.close();
    });
    return watcher;
  } catch (error) {
    fallBack(error);
    return null;
  }
}
