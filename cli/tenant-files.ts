import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import { indexManifests } from '#standalone/directory-cluster/manifest-index.ts';
import { readManifests, type TenantManifest } from '#standalone/directory-cluster/read-manifests.ts';
import { CliError, NOT_DONE } from './cli-error.ts';
import type { TenantSource } from './tenant-source.ts';
import type { Terminal } from './terminal.ts';
import { codeOf } from './thrown.ts';

interface ReadFile {
  /** As messages name it. */
  readonly name: string;
  readonly tenants: readonly TenantManifest[];
  /** One line each, with file and line. */
  readonly problems: readonly string[];
}

/**
 * The tenants of a YAML file, or of a folder of them, read once.
 * @param parts.place the path as somebody wrote it, for messages
 * @throws CliError when there is no such file or folder, or the one file can't be read
 */
export async function readTenantFiles(parts: {
  readonly path: string;
  readonly place: string;
  readonly terminal: Terminal;
}): Promise<TenantSource> {
  const { path, place, terminal } = parts;
  const files = await readFiles(path, place);
  const problems = files.flatMap((file) => file.problems);
  const index = indexManifests(files.map(({ name, tenants }) => [name, { tenants, secrets: [], problem: null }]));
  for (const conflict of index.conflicts) terminal.err(`note: ${conflict}\n`);
  return {
    place,
    kind: 'files',
    async find(key) {
      const found = index.tenants.get(key);
      if (found) return tenantOf(found.manifest);
      // It may be in there.
      if (problems.length > 0)
        throw new CliError(NOT_DONE, [`tenant ${key} is not found, and not everything can be read`, ...problems.map(indented)]);
      return null;
    },
    async keys() {
      return [...index.tenants.keys()];
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** A document of a file as an API server would give it. */
function tenantOf({ namespace, name, annotations, spec }: TenantManifest): ScimTenant {
  return {
    namespace,
    name,
    uid: '',
    resourceVersion: '',
    generation: 1,
    annotations,
    deletionRequestedAt: null,
    held: false,
    spec,
    enabledOwners: [],
    possibleOwners: [],
    enablingManifests: [],
    status: null,
  };
}

async function readFiles(path: string, place: string): Promise<readonly ReadFile[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [await readOne(path, place)];
    const names = (await readdir(path)).filter((name) => /^[^.].*\.ya?ml$/i.test(name)).toSorted();
    return await Promise.all(names.map((name) => readOneOfMany(join(path, name), join(place, name))));
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    const reason = code === 'ENOENT' ? 'there is no such file or folder; name one with --file' : `it can't be read (${code})`;
    throw new CliError(NOT_DONE, [`${place}: ${reason}`], { cause: error });
  }
}

async function readOne(path: string, name: string): Promise<ReadFile> {
  const manifests = readManifests(await readFile(path, 'utf8'));
  if (manifests.readable) return { name, tenants: manifests.tenants, problems: [] };
  return { name, tenants: [], problems: manifests.problems.map(({ line, message }) => `${name} line ${line}: ${message}`) };
}

/** A file that can't be read doesn't hide the others, as in the program. */
async function readOneOfMany(path: string, name: string): Promise<ReadFile> {
  try {
    return await readOne(path, name);
  } catch (error) {
    const code = codeOf(error);
    if (code === null) throw error;
    return { name, tenants: [], problems: [`${name} can't be read (${code})`] };
  }
}

function indented(line: string): string {
  return `  ${line}`;
}
