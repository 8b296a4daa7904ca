import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '#common/logger.ts';
import { tenantConfigSchema, type TenantConfig } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey } from '#common/tenant-key.ts';
import { readScimTenantSpec } from '#operator/api/read-spec.ts';
import { readScimTenantStatus } from '#operator/api/read-status.ts';
import { isInvalidSpec, type InvalidSpec } from '#operator/api/scim-tenant.ts';
import type { ScimTenantSpec } from '#operator/api/scim-tenant-spec.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { TEMPORARY_PREFIX, writeFileWhole } from './write-file.ts';

/** What an API server would keep beside the text that a person wrote. */
export interface TenantRecord {
  readonly uid: string;
  readonly generation: number;
  /** File that the tenant was last read from; while it can't be read, this record stands in for it. */
  readonly file: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: ScimTenantSpec | InvalidSpec;
  /** `enabled: false` is ours, or is about to be. */
  readonly mirrored: boolean;
  /** The record stays, without its file, until the tenant's people are removed. */
  readonly held: boolean;
  /** When its file was found to be gone, in RFC 3339; null while it isn't being deleted. */
  readonly deletionRequestedAt: string | null;
  readonly status: ScimTenantStatus | null;
}

export interface TenantEntry {
  /** Null once the tenant has gone. */
  readonly tenant: TenantRecord | null;
  readonly config: TenantConfig | null;
}

export function isSwitchedOff(spec: TenantRecord['spec']): boolean {
  return !isInvalidSpec(spec) && !spec.enabled;
}

const NOTHING: TenantEntry = { tenant: null, config: null };

/** Records of all tenants, one file each in `.state`: read once at the start, written through on each change. */
export class TenantRecords {
  readonly #folder: string;
  readonly #entries: Map<TenantKey, TenantEntry>;

  private constructor(folder: string, entries: Map<TenantKey, TenantEntry>) {
    this.#folder = folder;
    this.#entries = entries;
  }

  /** A record that can't be read is set aside and reported; its tenant starts as a new one. */
  static async open(folder: string, logger: Logger): Promise<TenantRecords> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const entries = new Map<TenantKey, TenantEntry>();
    for (const file of await readdir(folder)) {
      const path = join(folder, file);
      if (file.startsWith(TEMPORARY_PREFIX)) await rm(path, { force: true });
      if (!/^[^.].*\.json$/.test(file)) continue;
      try {
        const { namespace, name, tenant, config } = entrySchema.parse(JSON.parse(await readFile(path, 'utf8')));
        entries.set(tenantKey({ namespace, name }), { tenant: tenant && { ...tenant, spec: readStoredSpec(tenant.spec) }, config });
      } catch (error) {
        logger.error({ file: path, err: error }, 'state of a tenant not usable; set aside, the tenant starts as a new one');
        await rename(path, `${path}.unusable`);
      }
    }
    return new TenantRecords(folder, entries);
  }

  keys(): readonly TenantKey[] {
    return [...this.#entries.keys()];
  }

  get(key: TenantKey): TenantEntry {
    return this.#entries.get(key) ?? NOTHING;
  }

  /** @throws Error when that tenant has gone, or its deletion was asked for already */
  async hold(key: TenantKey, uid: string): Promise<void> {
    const { tenant } = this.get(key);
    if (tenant?.uid !== uid || tenant.deletionRequestedAt !== null) throw new Error(`ScimTenant ${key} is being deleted already`);
    await this.set(key, { tenant: { ...tenant, held: true } });
  }

  /** @returns whether the tenant goes with it */
  async release(key: TenantKey, uid: string): Promise<boolean> {
    const { tenant } = this.get(key);
    if (tenant?.uid !== uid) return false;
    const isDeleted = tenant.deletionRequestedAt !== null;
    await this.set(key, { tenant: isDeleted ? null : { ...tenant, held: false } });
    return isDeleted;
  }

  /** Durable when it resolves. */
  async set(key: TenantKey, change: Partial<TenantEntry>): Promise<void> {
    const entry = { ...this.get(key), ...change };
    const { namespace, name } = parseTenantKey(key);
    const path = join(this.#folder, `${namespace}.${name}.json`);
    if (entry.tenant === null && entry.config === null) {
      await rm(path, { force: true });
      this.#entries.delete(key);
      return;
    }
    await writeFileWhole(path, `${JSON.stringify({ version: 1, namespace, name, ...entry }, null, 2)}\n`, 0o600);
    this.#entries.set(key, entry);
  }
}

/** A newer version may know further fields, whose defaults are filled in; problems stay as they were told. */
function readStoredSpec(spec: unknown): ScimTenantSpec | InvalidSpec {
  const problems = z.object({ problems: z.array(z.string()) }).safeParse(spec);
  return problems.success ? problems.data : readScimTenantSpec(spec);
}

const entrySchema = z.object({
  version: z.literal(1),
  namespace: z.string(),
  name: z.string(),
  tenant: z
    .object({
      uid: z.string(),
      generation: z.int(),
      file: z.string(),
      annotations: z.record(z.string(), z.string()),
      spec: z.unknown(),
      mirrored: z.boolean(),
      held: z.boolean().default(false),
      deletionRequestedAt: z.string().nullable().default(null),
      // What an older version did not know is filled in.
      status: z.unknown().transform(readScimTenantStatus),
    })
    .nullable(),
  config: tenantConfigSchema.nullable(),
});
