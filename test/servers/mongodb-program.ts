import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';

export const SECANTUSDB_VERSION = '0.7.0b3';

/** Folder of the Python environment that holds the MongoDB-compatible server. */
export function mongodbFolder(): string {
  return cacheFolder(`secantusdb-${SECANTUSDB_VERSION}`);
}

/** Command and first arguments. The script is given to the interpreter, as its first line names the folder it was installed in. */
export function mongodbCommand(): readonly [string, string] {
  return [join(mongodbFolder(), 'bin', 'python3'), join(mongodbFolder(), 'bin', 'secantusd-py')];
}

export function haveMongodb(): boolean {
  return Boolean(process.env['MONGODB_URI']) || mongodbCommand().every((path) => existsSync(path));
}
