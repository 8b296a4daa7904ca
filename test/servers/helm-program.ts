import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

/** Stands in helm/go.mod, too. */
export const HELM_VERSION = '4.3.1';

export function helmFolder(): string {
  return cacheFolder(`helm-${HELM_VERSION}`);
}

/** Path of the program: HELM_BIN as helm gives it to its plugins, or our own build in the cache. */
export function helmProgram(): string {
  return process.env['HELM_BIN'] || join(helmFolder(), 'helm');
}

export function haveHelm(): boolean {
  return existsSync(helmProgram());
}
