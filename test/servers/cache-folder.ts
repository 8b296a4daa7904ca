import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where built test servers stay, so that a fresh clone finds them: the per-user cache, keyed by name and version. */
export function cacheFolder(nameAndVersion: string): string {
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'scim-operator', 'test-servers', nameAndVersion);
}
