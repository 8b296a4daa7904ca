import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { Logger } from '#common/logger.ts';
import type { Clock } from '#operator/controller/ports.ts';
import { readManifests, type SecretManifest, type TenantManifest } from './read-manifests.ts';

/** A Secret as far as it may stay in memory. */
export interface SecretTrace extends Pick<SecretManifest, 'namespace' | 'name' | 'generated'> {
  /** Changes with the content. */
  readonly digest: string;
}

/** Content of one file that is in force. */
export interface LoadedFile {
  readonly tenants: readonly TenantManifest[];
  readonly secrets: readonly SecretTrace[];
  /** Why the file as it stands can't be read, while an earlier content is in force; null when it can. */
  readonly problem: string | null;
}

export interface Scan {
  readonly changed: boolean;
  /** Something on disk has not been quiet for long enough. */
  readonly unsettled: boolean;
}

interface Sighting {
  readonly signature: string;
  readonly since: number;
}

const MISSING = 'missing';

/**
 * The YAML files of one folder, read when they changed. A change counts once it has been quiet for `settleMs`, since editors
 * and copies write a file in several steps, some of which remove it. A file that can't be read is reported, and what it
 * said before stays in force.
 */
export class ManifestFolder {
  readonly #folder: string;
  readonly #settleMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #loaded = new Map<string, LoadedFile & { readonly signature: string }>();
  readonly #sightings = new Map<string, Sighting>();

  constructor(options: { readonly folder: string; readonly settleMs: number; readonly clock: Clock; readonly logger: Logger }) {
    this.#folder = options.folder;
    this.#settleMs = options.settleMs;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** By file name, in the order of names. */
  files(): readonly (readonly [file: string, content: LoadedFile])[] {
    return [...this.#loaded].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  path(file: string): string {
    return join(this.#folder, file);
  }

  /**
   * @param options.settled false takes changes at once, as at the start or before a write
   * @throws Error when the folder itself can't be read; then nothing has changed
   */
  async scan(options: { readonly settled: boolean }): Promise<Scan> {
    const names = (await readdir(this.#folder)).filter((name) => /^[^.].*\.ya?ml$/i.test(name));
    let changed = false;
    for (const name of new Set([...names, ...this.#loaded.keys()])) {
      const signature = await this.#signature(name);
      if (signature === (this.#loaded.get(name)?.signature ?? MISSING)) {
        this.#sightings.delete(name);
        continue;
      }
      if (options.settled && !this.#isQuiet(name, signature)) continue;
      changed = (await this.#load(name, signature)) || changed;
    }
    return { changed, unsettled: this.#sightings.size > 0 };
  }

  /** Takes a file that this process wrote. */
  async load(file: string): Promise<void> {
    await this.#load(file, await this.#signature(file));
  }

  #isQuiet(name: string, signature: string): boolean {
    const sighting = this.#sightings.get(name);
    const now = this.#clock();
    if (sighting?.signature === signature) return now - sighting.since >= this.#settleMs;
    this.#sightings.set(name, { signature, since: now });
    return false;
  }

  async #signature(name: string): Promise<string> {
    try {
      const { mtimeNs, size, ino } = await stat(this.path(name), { bigint: true });
      return `${mtimeNs} ${size} ${ino}`;
    } catch {
      return MISSING;
    }
  }

  /** @returns whether the content in force may have changed */
  async #load(name: string, signature: string): Promise<boolean> {
    this.#sightings.delete(name);
    if (signature === MISSING) return this.#loaded.delete(name);
    const before = this.#loaded.get(name);
    const read = await this.#read(name);
    if ((await this.#signature(name)) !== signature) {
      this.#sightings.set(name, { signature: 'being written', since: this.#clock() });
      return false;
    }
    this.#loaded.set(name, { tenants: before?.tenants ?? [], secrets: before?.secrets ?? [], ...read, signature });
    return true;
  }

  async #read(file: string): Promise<LoadedFile | Pick<LoadedFile, 'problem'>> {
    let text: string;
    try {
      text = await readFile(this.path(file), 'utf8');
    } catch (error) {
      const problem = `${file} can't be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`;
      this.#logger.error({ file, problem }, 'file of tenants not usable; its last good content stays in force');
      return { problem };
    }
    const manifests = readManifests(text);
    if (!manifests.readable) {
      for (const { line, message } of manifests.problems) {
        this.#logger.error({ file, line, problem: message }, 'file of tenants not usable; its last good content stays in force');
      }
      const [first] = manifests.problems;
      return { problem: `${file} line ${first?.line}: ${first?.message}` };
    }
    for (const { line, kind } of manifests.ignored) {
      this.#logger.info({ file, line, kind }, 'document ignored; only ScimTenants and Secrets are read');
    }
    const secrets = manifests.secrets.map(({ namespace, name, generated, data }) => {
      return { namespace, name, generated, digest: sha256Hex(JSON.stringify(data)) };
    });
    return { tenants: manifests.tenants, secrets, problem: null };
  }
}
