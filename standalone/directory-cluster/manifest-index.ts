import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { LoadedFile, SecretTrace } from './manifest-folder.ts';
import type { TenantManifest } from './read-manifests.ts';

export interface ManifestIndex {
  readonly tenants: ReadonlyMap<TenantKey, { readonly file: string; readonly manifest: TenantManifest }>;
  /** Keyed by `<namespace>/<name>` of the Secret. */
  readonly secrets: ReadonlyMap<string, { readonly file: string; readonly trace: SecretTrace }>;
  /** Files that can't be read as they stand, and why. */
  readonly problems: ReadonlyMap<string, string>;
  /** One line for each document that is not in force, since an earlier file has one of its name. */
  readonly conflicts: ReadonlySet<string>;
}

/** What is in force, of files in the order of their names: of two documents of one name the first one counts. */
export function indexManifests(files: readonly (readonly [file: string, content: LoadedFile])[]): ManifestIndex {
  const tenants = new Map<TenantKey, { file: string; manifest: TenantManifest }>();
  const secrets = new Map<string, { file: string; trace: SecretTrace }>();
  const problems = new Map<string, string>();
  const conflicts = new Set<string>();
  for (const [file, content] of files) {
    if (content.problem !== null) problems.set(file, content.problem);
    for (const manifest of content.tenants) {
      const key = tenantKey(manifest);
      const first = tenants.get(key);
      if (first) conflicts.add(`ScimTenant ${key} in ${file} is not in force: ${first.file} has it already`);
      else tenants.set(key, { file, manifest });
    }
    for (const trace of content.secrets) {
      const key = tenantKey(trace);
      const first = secrets.get(key);
      if (first) conflicts.add(`Secret ${key} in ${file} is not in force: ${first.file} has it already`);
      else secrets.set(key, { file, trace });
    }
  }
  return { tenants, secrets, problems, conflicts };
}
