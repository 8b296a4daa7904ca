import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { parseTenantConfig, renderTenantConfig, tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import { BREAKER_FIELD_MANAGER, ROTATE_AT_ANNOTATION, type InvalidSpec, type ScimTenant } from '#operator/api/scim-tenant.ts';
import { scimTenantSpecSchema, type ScimTenantSpec } from '#operator/api/scim-tenant-spec.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import type { ChangeFeed, ClusterReader, ClusterWriter, NewToken, TenantEvent, TokenSecret } from '#operator/controller/ports.ts';

interface StoredTenant {
  uid: string;
  resourceVersion: string;
  generation: number;
  annotations: Readonly<Record<string, string>>;
  spec: ScimTenantSpec | InvalidSpec;
  owners: readonly string[];
  status: ScimTenantStatus | null;
  held: boolean;
  deletionRequestedAt: string | null;
}

interface PutManifest {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A cluster in memory, with the field ownership of server-side apply for `spec.enabled`. It outlives any controller. */
export class FakeCluster implements ClusterReader, ClusterWriter, ChangeFeed {
  readonly events: (TenantEvent & { readonly tenant: TenantKey })[] = [];
  /** Every write that the operator made and that changed something, in order. */
  readonly writes: string[] = [];
  /** Writes that the API server refuses, by method name. */
  readonly refused = new Set<keyof ClusterWriter>();
  readonly terminatingNamespaces = new Set<string>();
  readonly namespaceEvents: (TenantEvent & { readonly namespace: string })[] = [];
  readonly #tenants = new Map<TenantKey, StoredTenant>();
  readonly #secrets = new Map<string, TokenSecret>();
  #version = 0;
  readonly #derived = new Map<TenantKey, string>();
  readonly #listeners = new Set<(key: TenantKey) => void>();
  readonly #synced = Promise.withResolvers<void>();

  /** Applies a manifest as a person or a tool with this field manager. */
  putTenant({ metadata, spec: written }: PutManifest, manager = 'kubectl'): void {
    const key = tenantKey(metadata);
    const before = this.#tenants.get(key);
    const wasEnabled = before && 'enabled' in before.spec ? before.spec.enabled : true;
    const { enabled, owners } = appliedEnabled(written['enabled'], wasEnabled, before?.owners ?? [], manager);
    const parsed = scimTenantSpecSchema.safeParse({ ...written, enabled });
    const spec = parsed.success
      ? parsed.data
      : { problems: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
    const changed = !before || !isDeepStrictEqual(before.spec, spec);
    this.#tenants.set(key, {
      uid: before?.uid ?? randomUUID(),
      resourceVersion: '',
      generation: (before?.generation ?? 0) + (changed ? 1 : 0),
      annotations: metadata.annotations ?? {},
      spec,
      owners,
      status: before?.status ?? null,
      held: before?.held ?? false,
      deletionRequestedAt: before?.deletionRequestedAt ?? null,
    });
    this.#changed(key);
  }

  /** @param at RFC 3339; counts for a tenant that is held */
  deleteTenant(key: TenantKey, at = '2026-11-24T06:00:00Z'): void {
    const stored = this.#tenants.get(key);
    if (stored?.held) stored.deletionRequestedAt ??= at;
    else this.#tenants.delete(key);
    this.#changed(key);
  }

  /** As a person writes it; what the Secret is otherwise known by stays. */
  putSecret(namespace: string, name: string, data: Readonly<Record<string, string>>, options: { readonly immutable?: boolean } = {}): void {
    const before = this.#secrets.get(`${namespace}/${name}`) ?? { generated: false, madeFor: null, immutable: false, rotateAt: null };
    this.#secrets.set(`${namespace}/${name}`, { ...before, ...options, data, version: this.#nextVersion() });
    this.#tellUsersOf(namespace, name);
  }

  deleteSecret(namespace: string, name: string): void {
    this.#secrets.delete(`${namespace}/${name}`);
    this.#tellUsersOf(namespace, name);
  }

  async tenant(key: TenantKey): Promise<ScimTenant | null> {
    const stored = this.#tenants.get(key);
    if (!stored) return null;
    const { owners, ...rest } = structuredClone(stored);
    return { ...parseTenantKey(key), ...rest, enabledOwners: owners, possibleOwners: [], enablingManifests: [] };
  }

  async tenantKeys(): Promise<readonly TenantKey[]> {
    return [...this.#tenants.keys()];
  }

  async tokenSecret(namespace: string, name: string): Promise<TokenSecret | null> {
    return this.#secrets.get(`${namespace}/${name}`) ?? null;
  }

  async derivedConfig(key: TenantKey): Promise<TenantConfig | null> {
    const text = this.#derived.get(key);
    return text === undefined ? null : parseTenantConfig(text);
  }

  async derivedConfigKeys(): Promise<readonly TenantKey[]> {
    return [...this.#derived.keys()];
  }

  async isNamespaceTerminating(namespace: string): Promise<boolean> {
    return this.terminatingNamespaces.has(namespace);
  }

  async holdTenant(tenant: ScimTenant): Promise<void> {
    this.#admit('holdTenant');
    const stored = this.#tenants.get(tenantKey(tenant));
    if (stored?.uid !== tenant.uid || stored.deletionRequestedAt !== null) throw new Error('no finalizer can be added any more');
    if (!stored.held) this.writes.push('held');
    stored.held = true;
    this.#changed(tenantKey(tenant));
  }

  async releaseTenant(tenant: ScimTenant): Promise<void> {
    this.#admit('releaseTenant');
    const stored = this.#tenants.get(tenantKey(tenant));
    if (stored?.uid !== tenant.uid || !stored.held) return;
    stored.held = false;
    this.writes.push('released');
    if (stored.deletionRequestedAt !== null) this.#tenants.delete(tenantKey(tenant));
    this.#changed(tenantKey(tenant));
  }

  async applyDerivedConfig(config: TenantConfig): Promise<void> {
    this.#admit('applyDerivedConfig');
    const text = renderTenantConfig(config);
    if (this.#derived.get(tenantKeyOf(config)) !== text) this.writes.push(`config ${config.state.kind}`);
    this.#derived.set(tenantKeyOf(config), text);
  }

  async deleteDerivedConfig(key: TenantKey): Promise<void> {
    this.#admit('deleteDerivedConfig');
    if (this.#derived.delete(key)) this.writes.push('config deleted');
  }

  async createTokenSecret(tenant: ScimTenant, { name, key, token }: NewToken): Promise<void> {
    this.#admit('createTokenSecret');
    const { namespace, name: madeFor, annotations } = tenant;
    if (this.#secrets.has(`${namespace}/${name}`)) return;
    const rotateAt = annotations[ROTATE_AT_ANNOTATION] ?? null;
    const version = this.#nextVersion();
    this.#secrets.set(`${namespace}/${name}`, { data: { [key]: token }, generated: true, madeFor, immutable: false, rotateAt, version });
    this.writes.push(`secret ${name}`);
    this.#tellUsersOf(namespace, name);
  }

  async rotateTokenSecret({ namespace, annotations }: ScimTenant, secret: NewToken & { readonly version: string }): Promise<void> {
    this.#admit('rotateTokenSecret');
    const { name, key, token } = secret;
    const before = this.#secrets.get(`${namespace}/${name}`);
    if (before?.version !== secret.version) return;
    if (before.immutable) throw new Error(`Secret ${name} is immutable`);
    const rotateAt = annotations[ROTATE_AT_ANNOTATION] ?? before.rotateAt;
    const data = { ...before.data, [key]: token };
    this.#secrets.set(`${namespace}/${name}`, { ...before, data, rotateAt, version: this.#nextVersion() });
    this.writes.push(`token ${name}`);
    this.#tellUsersOf(namespace, name);
  }

  async mirrorDisabled(name: TenantName, disabled: boolean): Promise<void> {
    this.#admit('mirrorDisabled');
    const stored = this.#tenants.get(tenantKey(name));
    if (!stored || 'problems' in stored.spec) return;
    const applied = appliedEnabled(disabled ? false : undefined, stored.spec.enabled, stored.owners, BREAKER_FIELD_MANAGER);
    stored.owners = applied.owners;
    if (applied.enabled === stored.spec.enabled) return;
    stored.spec = { ...stored.spec, enabled: applied.enabled as boolean };
    stored.generation += 1;
    this.writes.push(disabled ? 'mirror' : 'mirror released');
    this.#changed(tenantKey(name));
  }

  async writeStatus(tenant: ScimTenant, status: ScimTenantStatus): Promise<void> {
    this.#admit('writeStatus');
    const stored = this.#tenants.get(tenantKey(tenant));
    if (!stored || stored.uid !== tenant.uid) throw new Error(`tenant ${tenantKey(tenant)} is not there any more`);
    stored.status = structuredClone(status);
    this.writes.push(`status ${status.breaker.state}`);
    this.#changed(tenantKey(tenant));
  }

  async recordEvent(tenant: ScimTenant, event: TenantEvent): Promise<void> {
    this.#admit('recordEvent');
    this.events.push({ tenant: tenantKey(tenant), ...event });
    this.writes.push(`event ${event.reason}`);
  }

  async recordNamespaceEvent(namespace: string, event: TenantEvent): Promise<void> {
    this.#admit('recordNamespaceEvent');
    this.namespaceEvents.push({ namespace, ...event });
    this.writes.push(`namespace event ${event.reason}`);
  }

  async run(onChange: (key: TenantKey) => void, signal: AbortSignal): Promise<void> {
    const ended = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => ended.resolve(), { once: true });
    this.#listeners.add(onChange);
    for (const key of this.#tenants.keys()) onChange(key);
    this.#synced.resolve();
    if (!signal.aborted) await ended.promise;
    this.#listeners.delete(onChange);
  }

  synced(): Promise<void> {
    return this.#synced.promise;
  }

  #nextVersion(): string {
    this.#version += 1;
    return String(this.#version);
  }

  #admit(write: keyof ClusterWriter): void {
    if (this.refused.has(write)) throw new Error(`${write} is forbidden`);
  }

  #changed(key: TenantKey): void {
    const stored = this.#tenants.get(key);
    if (stored) stored.resourceVersion = this.#nextVersion();
    this.#tell(key);
  }

  #tell(key: TenantKey): void {
    for (const listener of this.#listeners) listener(key);
  }

  #tellUsersOf(namespace: string, secret: string): void {
    for (const [key, { spec }] of this.#tenants) {
      if (parseTenantKey(key).namespace === namespace && 'tokenSecretRef' in spec && spec.tokenSecretRef.name === secret) this.#tell(key);
    }
  }
}

/** Server-side apply, forced: a new value takes the field from its owners, the same value shares it, none gives it back. */
function appliedEnabled(
  value: unknown,
  before: boolean,
  owners: readonly string[],
  manager: string,
): { enabled: unknown; owners: readonly string[] } {
  const others = owners.filter((owner) => owner !== manager);
  if (value === undefined) return { enabled: others.length === 0 ? true : before, owners: others };
  return { enabled: value, owners: value === before ? [...others, manager] : [manager] };
}
