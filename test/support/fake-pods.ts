import { randomUUID } from 'node:crypto';
import { OUTCOME_BUCKET_SECONDS, type FailureClass, type PodReport, type TenantReport } from '#common/pod-report.ts';
import { tenantConfigRevision } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { ClusterReader, PodPoll, PodReports } from '#operator/controller/ports.ts';

/** What a pod may have noted of a tenant; nothing unless told, but that it serves a deletion. */
type PodNotes = Pick<TenantReport, 'deactivationWave' | 'reprojection' | 'recentFailures' | 'ignoredAttributes' | 'deletion'>;

type ConfigSource = Pick<ClusterReader, 'derivedConfig' | 'derivedConfigKeys'>;

/**
 * Pods of the SCIM service as the operator sees them. They take a new config at the next poll and count what tests send. They
 * don't know who asks, and so always tell the whole, as pods of before do.
 */
export class FakePods implements PodReports {
  readonly #configs: ConfigSource;
  readonly #clock: () => number;
  readonly #pods = new Map<string, FakePod>();
  /** Pods that don't answer though they should. */
  readonly silent = new Set<string>();

  constructor(configs: ConfigSource, clock: () => number, names: readonly string[]) {
    this.#configs = configs;
    this.#clock = clock;
    for (const name of names) this.start(name);
  }

  /** A new pod, or a restart that forgets everything. */
  start(name: string): void {
    this.#pods.set(name, new FakePod(name));
  }

  stop(name: string): void {
    this.#pods.delete(name);
  }

  /** Requests that one pod answers; a tenant that is not active refuses them, and they don't count. */
  async send(
    pod: string,
    key: TenantKey,
    outcome: { successes?: number; failures?: Partial<Record<FailureClass, number>> },
  ): Promise<void> {
    await this.#serveConfigs();
    this.#pods.get(pod)?.count(key, outcome, this.#clock());
  }

  /** Lays notes over those that a pod has of a tenant. */
  async note(pod: string, key: TenantKey, notes: Partial<PodNotes>): Promise<void> {
    await this.#serveConfigs();
    this.#pods.get(pod)?.note(key, notes);
  }

  async poll(): Promise<PodPoll> {
    await this.#serveConfigs();
    const answering = [...this.#pods.values()].filter(({ name }) => !this.silent.has(name));
    return { reports: answering.map((pod) => pod.report(this.#clock())), expected: this.#pods.size };
  }

  async #serveConfigs(): Promise<void> {
    const keys = await this.#configs.derivedConfigKeys();
    for (const pod of this.#pods.values()) pod.keepOnly(keys);
    for (const key of keys) {
      const config = await this.#configs.derivedConfig(key);
      if (!config) continue;
      const { state } = config;
      const deletionId = state.kind === 'Deleting' ? state.id : null;
      const served = { active: state.kind === 'Active', deletionId, generation: config.generation, epoch: config.breakerEpoch };
      for (const pod of this.#pods.values()) if (!this.silent.has(pod.name)) pod.serve(key, served, tenantConfigRevision(config));
    }
  }
}

class FakePod {
  readonly name: string;
  readonly #bootId = randomUUID();
  readonly #tenants = new Map<string, TenantReport & { active: boolean }>();

  constructor(name: string) {
    this.name = name;
  }

  keepOnly(keys: readonly TenantKey[]): void {
    for (const key of this.#tenants.keys()) if (!keys.includes(key as TenantKey)) this.#tenants.delete(key);
  }

  serve(
    key: TenantKey,
    { deletionId, ...config }: { active: boolean; deletionId: string | null; generation: number; epoch: number },
    revision: string,
  ): void {
    const before = this.#tenants.get(key);
    const buckets = before?.epoch === config.epoch ? before.buckets : [];
    this.#tenants.set(key, {
      lastRequestTime: before?.lastRequestTime ?? null,
      lastSuccessTime: before?.lastSuccessTime ?? null,
      users: before?.users ?? null,
      usersTime: before?.usersTime ?? null,
      deactivationWave: before?.epoch === config.epoch ? before.deactivationWave : null,
      reprojection: before?.reprojection ?? null,
      recentFailures: before?.recentFailures ?? [],
      ignoredAttributes: before?.ignoredAttributes ?? [],
      deletion: deletionId === null ? null : ofDeletion(before?.deletion ?? null, deletionId),
      refused: null,
      ...config,
      revision,
      buckets,
    });
  }

  note(key: TenantKey, notes: Partial<PodNotes>): void {
    const tenant = this.#tenants.get(key);
    if (tenant) Object.assign(tenant, notes);
  }

  count(key: TenantKey, outcome: { successes?: number; failures?: Partial<Record<FailureClass, number>> }, now: number): void {
    const tenant = this.#tenants.get(key);
    if (!tenant?.active) return;
    const { successes = 0, failures = {} } = outcome;
    const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
    const start = Math.floor(now / 1_000 / OUTCOME_BUCKET_SECONDS) * OUTCOME_BUCKET_SECONDS;
    const time = new Date(now).toISOString();
    tenant.buckets.push({ start, requests: successes + failed, failures });
    tenant.lastRequestTime = time;
    if (successes > 0) {
      tenant.lastSuccessTime = time;
      tenant.users = (tenant.users ?? 0) + successes;
      tenant.usersTime = time;
    }
  }

  report(now: number): PodReport {
    const tenants = Object.fromEntries([...this.#tenants].map(([key, { active: _active, ...report }]) => [key, structuredClone(report)]));
    const time = new Date(now).toISOString();
    return { version: 1, bootId: this.#bootId, pod: this.name, time, synced: true, tenants, cursor: null, partial: false, gone: [] };
  }
}

function ofDeletion(before: TenantReport['deletion'], id: string): TenantReport['deletion'] {
  return before?.id === id ? before : { id, requestsInFlight: 0, progress: null };
}
