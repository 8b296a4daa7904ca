import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#common/logger.ts';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import { BREAKER_FIELD_MANAGER, type ScimTenant } from '#operator/api/scim-tenant.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import type { ChangeFeed, ClusterReader, ClusterWriter, NewToken, TenantEvent, TokenSecret } from '#operator/controller/ports.ts';
import { SecretUnreadableError } from '#operator/controller/secret-unreadable-error.ts';
import { adoptManifests } from './adopt-manifests.ts';
import { DerivedConfigs, type DerivedConfigListener } from './derived-configs.ts';
import { editEnabled } from './edit-enabled.ts';
import { editToken } from './edit-token.ts';
import { indexManifests, type ManifestIndex } from './manifest-index.ts';
import { ManifestFolder } from './manifest-folder.ts';
import { readTokenSecret } from './read-token-secret.ts';
import { isSwitchedOff, TenantRecords } from './tenant-records.ts';
import { renderTokenSecretFile, tokenSecretFileName } from './token-secret-file.ts';
import { watchFolder } from './watch-folder.ts';
import { TEMPORARY_PREFIX, writeFileWhole } from './write-file.ts';

export interface DirectoryClusterOptions {
  /** Made when it is missing. */
  readonly folder: string;
  readonly logger: Logger;
  /** How long a change must be quiet before it counts; 100 ms. */
  readonly settleMs?: number;
  /** How often the folder is looked at without being told of a change; 2 s. */
  readonly pollMs?: number;
}

/**
 * A folder of YAML files in the place of a Kubernetes cluster: ScimTenants and their Secrets in `*.yaml` and `*.yml`, written
 * by people, and beside them `.state`, which holds what an API server would keep (uid, generation, status, derived config).
 * The process is the only one that uses the folder in this way.
 */
export class DirectoryCluster implements ClusterReader, ClusterWriter, ChangeFeed {
  readonly #options: Required<DirectoryClusterOptions>;
  readonly #manifests: ManifestFolder;
  readonly #records: TenantRecords;
  readonly #configs: DerivedConfigs;
  readonly #listeners = new Set<(key: TenantKey) => void>();
  readonly #synced = Promise.withResolvers<void>();
  #index: ManifestIndex = indexManifests([]);
  /** False while something that was read has yet to be entered into the records. */
  #adopted = false;
  /** Ends when all that was begun has ended; scans and writes take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: Required<DirectoryClusterOptions>, records: TenantRecords) {
    this.#options = options;
    this.#records = records;
    this.#configs = new DerivedConfigs(records);
    this.#manifests = new ManifestFolder({ ...options, clock: Date.now });
  }

  /** @throws Error when the folder can't be made, read or written */
  static async open(options: DirectoryClusterOptions): Promise<DirectoryCluster> {
    const { folder, logger } = options;
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) if (name.startsWith(TEMPORARY_PREFIX)) await rm(join(folder, name), { force: true });
    const records = await TenantRecords.open(join(folder, '.state'), logger);
    const cluster = new DirectoryCluster({ settleMs: 100, pollMs: 2_000, ...options }, records);
    await cluster.#inTurn(() => cluster.#refresh({ settled: false }));
    return cluster;
  }

  async tenant(key: TenantKey): Promise<ScimTenant | null> {
    const { tenant } = this.#records.get(key);
    if (!tenant) return null;
    const { uid, generation, annotations, spec, status, deletionRequestedAt, held } = tenant;
    const enabledOwners = [tenant.mirrored && isSwitchedOff(spec) ? BREAKER_FIELD_MANAGER : 'file'];
    const beside = { resourceVersion: '', deletionRequestedAt, held, possibleOwners: [], enablingManifests: [] };
    return { ...parseTenantKey(key), uid, generation, annotations, ...beside, spec, enabledOwners, status };
  }

  async tenantKeys(): Promise<readonly TenantKey[]> {
    return this.#records.keys().filter((key) => this.#records.get(key).tenant !== null);
  }

  /** @throws SecretUnreadableError while a file that may hold the Secret can't be read, so that nobody takes it for gone */
  async tokenSecret(namespace: string, name: string): Promise<TokenSecret | null> {
    const key = `${namespace}/${name}`;
    const known = this.#index.secrets.get(key);
    if (!known) {
      this.#assertAllReadable(`Secret ${key} is not known`);
      return null;
    }
    return readTokenSecret(this.#manifests.path(known.file), namespace, name);
  }

  async derivedConfig(key: TenantKey): Promise<TenantConfig | null> {
    return this.#records.get(key).config;
  }

  async derivedConfigKeys(): Promise<readonly TenantKey[]> {
    return this.#configs.keys();
  }

  async isNamespaceTerminating(): Promise<boolean> {
    return false;
  }

  /** Hands over every derived config there is, then each change. @returns ends it */
  followDerivedConfigs(listener: DerivedConfigListener): () => void {
    return this.#configs.follow(listener);
  }

  applyDerivedConfig(config: TenantConfig): Promise<void> {
    return this.#inTurn(() => this.#configs.apply(config));
  }

  deleteDerivedConfig(key: TenantKey): Promise<void> {
    return this.#inTurn(() => this.#configs.delete(key));
  }

  createTokenSecret(tenant: ScimTenant, secret: NewToken): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh({ settled: false });
      if (this.#index.secrets.has(`${tenant.namespace}/${secret.name}`)) return;
      this.#assertAllReadable(`Secret ${tenant.namespace}/${secret.name} is not made`);
      const file = tokenSecretFileName(tenant.namespace, secret.name);
      if (await exists(this.#manifests.path(file))) {
        throw new Error(`${file} exists and holds no Secret ${tenant.namespace}/${secret.name}; rename it, so that the Secret can be made`);
      }
      await writeFileWhole(this.#manifests.path(file), renderTokenSecretFile(tenant, secret), 0o600);
      await this.#takeOwnWrite(file);
    });
  }

  rotateTokenSecret(tenant: ScimTenant, secret: NewToken & { readonly version: string }): Promise<void> {
    return this.#inTurn(async () => {
      await this.#refresh({ settled: false });
      const file = this.#index.secrets.get(`${tenant.namespace}/${secret.name}`)?.file;
      if (file === undefined) return;
      const path = this.#manifests.path(file);
      const text = await readFile(path, 'utf8');
      if (sha256Hex(text) !== secret.version) return;
      await writeFileWhole(path, editToken(text, tenant, secret), 0o600);
      await this.#takeOwnWrite(file);
    });
  }

  /** What a person switched off stays a person's: the mirror neither takes it over nor gives it back. */
  mirrorDisabled(name: TenantName, disabled: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const key = tenantKey(name);
      const { tenant } = this.#records.get(key);
      if (!tenant) return;
      if (disabled ? isSwitchedOff(tenant.spec) : !tenant.mirrored) return;
      // Before the file: a false that nobody is known to have written would count as a person's.
      if (disabled) await this.#records.set(key, { tenant: { ...tenant, mirrored: true } });
      const path = this.#manifests.path(tenant.file);
      const text = await readFile(path, 'utf8');
      await writeFileWhole(path, editEnabled(text, name, !disabled), 0o600);
      await this.#takeOwnWrite(tenant.file);
    });
  }

  holdTenant(tenant: ScimTenant): Promise<void> {
    return this.#inTurn(() => this.#records.hold(tenantKey(tenant), tenant.uid));
  }

  /** A file that came back while its tenant was being deleted is a new one now. */
  releaseTenant(tenant: ScimTenant): Promise<void> {
    return this.#inTurn(async () => {
      if (await this.#records.release(tenantKey(tenant), tenant.uid)) await this.#adopt(tenantKey(tenant));
    });
  }

  /** Dropped when the tenant has gone, or another one took its name. */
  writeStatus({ uid, ...name }: ScimTenant, status: ScimTenantStatus): Promise<void> {
    return this.#inTurn(async () => {
      const key = tenantKey(name);
      const { tenant } = this.#records.get(key);
      if (tenant?.uid === uid) await this.#records.set(key, { tenant: { ...tenant, status } });
    });
  }

  async recordEvent(tenant: ScimTenant, { type, reason, message }: TenantEvent): Promise<void> {
    this.#options.logger[type === 'Warning' ? 'warn' : 'info']({ tenant: tenantKey(tenant), reason, event: message }, 'event');
  }

  async recordNamespaceEvent(namespace: string, { type, reason, message }: TenantEvent): Promise<void> {
    this.#options.logger[type === 'Warning' ? 'warn' : 'info']({ namespace, reason, event: message }, 'event');
  }

  async run(onChange: (key: TenantKey) => void, signal: AbortSignal): Promise<void> {
    await this.#inTurn(() => this.#refresh({ settled: false })).catch((error: unknown) => {
      this.#options.logger.error({ err: error }, 'folder of tenants not read; what it said last stays in force');
    });
    this.#listeners.add(onChange);
    try {
      for (const key of await this.tenantKeys()) onChange(key);
      this.#synced.resolve();
      await watchFolder(this.#options, () => this.#inTurn(() => this.#refresh({ settled: true })), signal);
    } finally {
      this.#listeners.delete(onChange);
    }
  }

  synced(): Promise<void> {
    return this.#synced.promise;
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(task);
    this.#turn = result.catch(() => {});
    return result;
  }

  #assertAllReadable(what: string): void {
    const [problem] = this.#index.problems.values();
    if (problem !== undefined) throw new SecretUnreadableError(`${what}, and a file that may hold it can't be read: ${problem}`);
  }

  /** @returns whether something has yet to settle */
  async #refresh(options: { readonly settled: boolean }): Promise<boolean> {
    const { changed, unsettled } = await this.#manifests.scan(options);
    if (changed || !this.#adopted) await this.#adopt();
    return unsettled;
  }

  async #takeOwnWrite(file: string): Promise<void> {
    await this.#manifests.load(file);
    await this.#adopt();
  }

  /** Enters what the files say now into the records, and reports the tenants that it concerns, and who has gone. */
  async #adopt(gone?: TenantKey): Promise<void> {
    this.#adopted = false;
    const index = indexManifests(this.#manifests.files());
    const concerned = await adoptManifests(this.#records, this.#index, index);
    for (const conflict of index.conflicts) {
      if (!this.#index.conflicts.has(conflict))
        this.#options.logger.error({ conflict }, 'two documents of one name; the first file counts');
    }
    this.#index = index;
    this.#adopted = true;
    for (const key of new Set([...(gone ? [gone] : []), ...concerned])) for (const listener of this.#listeners) listener(key);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
