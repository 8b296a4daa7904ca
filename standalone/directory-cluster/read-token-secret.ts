import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { TokenSecret } from '#operator/controller/ports.ts';
import { SecretUnreadableError } from '#operator/controller/secret-unreadable-error.ts';
import { readManifests } from './read-manifests.ts';

/**
 * Reads a Secret out of the file that has it. Its version changes with anything in that file.
 * @throws SecretUnreadableError while the file is not readable as YAML, Error when it can't be read or has the Secret no longer
 */
export async function readTokenSecret(path: string, namespace: string, name: string): Promise<TokenSecret> {
  const text = await readFile(path, 'utf8');
  const manifests = readManifests(text);
  if (!manifests.readable) {
    throw new SecretUnreadableError(`Secret ${namespace}/${name} can't be read while ${basename(path)} is not readable: see the log`);
  }
  const secret = manifests.secrets.find((other) => other.namespace === namespace && other.name === name);
  if (!secret) throw new Error(`Secret ${namespace}/${name} is being taken out of ${basename(path)}`);
  const { data, generated, madeFor, immutable, rotateAt } = secret;
  return { data, generated, madeFor, immutable, rotateAt, version: sha256Hex(text) };
}
