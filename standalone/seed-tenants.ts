import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import { renderTokenSecretFile, tokenSecretFileName } from './directory-cluster/token-secret-file.ts';
import { writeFileWhole } from './directory-cluster/write-file.ts';

const SAMPLE = { namespace: 'team-hr', name: 'acme' } as const;
const SAMPLE_FILE = 'team-hr.acme.yaml';
const SAMPLE_SECRET = 'acme-scim-token';

export interface SeededTenant {
  readonly key: TenantKey;
  /** Path of the file that holds the token. */
  readonly secretFile: string;
}

/**
 * Puts the sample tenant `team-hr/acme` and a token of 256 random bits into a folder that is missing or empty.
 * @returns null when the folder holds anything already; then it is left as it is
 * @throws Error when the folder can't be made, read or written
 */
export async function seedTenants(folder: string): Promise<SeededTenant | null> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) return null;
  const secretFile = join(folder, tokenSecretFileName(SAMPLE.namespace, SAMPLE_SECRET));
  const token = randomBytes(32).toString('base64url');
  await writeFileWhole(
    secretFile,
    renderTokenSecretFile({ ...SAMPLE, annotations: {} }, { name: SAMPLE_SECRET, key: 'token', token }),
    0o600,
  );
  const sample = await readFile(new URL(`sample/${SAMPLE_FILE}`, import.meta.url), 'utf8');
  await writeFileWhole(join(folder, SAMPLE_FILE), sample, 0o644);
  return { key: tenantKey(SAMPLE), secretFile };
}
