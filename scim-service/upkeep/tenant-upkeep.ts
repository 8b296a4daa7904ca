import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import { StoreUnavailableError, type ScimStore } from '../provisioning/scim-store.ts';
import type { ServedTenant, TenantDirectory } from '../tenancy/tenant-directory.ts';
import { KeyQueue } from './key-queue.ts';
import { endOfRetention, losesRetired, removeRetired, type RetentionParts } from './remove-retired.ts';
import { deletionOf, isRemoved, removeTenant, type TenantRemovalParts } from './remove-tenant.ts';
import { noteNobodyLeft } from './reprojection-progress.ts';
import { reprojectPeople, type ReprojectionParts } from './reproject-people.ts';
import type { Sleep } from './run-in-batches.ts';

/** Looks and jobs at one time: a pod that starts with 10,000 tenants asks for each of them, and must not flood the store. */
const PARALLEL_LOOKS = 4;
const PARALLEL_JOBS = 2;

/** Milliseconds, as all below. Each tenant is looked at this often, whatever happens. */
const TICK = 10 * 60_000;
/** After a change of the mapping: pods that hear of it late, and requests that began before, have written by then. */
const LATER_LOOKS = [10_000, 60_000];
/** While another pod has the job, about as long as the lease of one that died lasts, or after the store failed. */
const NEXT_ATTEMPT = [20_000];
const LEAST_REST = 5;
const REST_AFTER_FAULT = 10_000;

export interface TenantUpkeepParts {
  readonly store: Pick<ScimStore, 'users' | 'upkeep' | 'leases' | 'removal'>;
  readonly directory: TenantDirectory;
  readonly metrics: ReprojectionParts['metrics'] & RetentionParts['metrics'] & TenantRemovalParts['metrics'];
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Of leases: one name for each start of a process. */
  readonly holder: string;
  readonly sleep?: Sleep;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

export interface TenantUpkeep {
  /** Works until the signal aborts, and resolves once nothing runs any more; never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * The work behind the requests: after a change of a mapping people are brought to it, at the end of their retention deleted
 * people are removed, and so is everybody of a deleted tenant. A look asks whether a tenant has any of it; only then it gets a job.
 * Nothing is done for a tenant while its newest config is refused: that one may have another mapping, keep people for longer or
 * take a deletion back, and none of this work can be undone.
 */
export function createTenantUpkeep(parts: TenantUpkeepParts): TenantUpkeep {
  return { run: (signal) => new UpkeepRun({ sleep: waitUnlessAborted, random: Math.random, ...parts }, signal).run() };
}

class UpkeepRun {
  readonly #parts: Required<TenantUpkeepParts>;
  readonly #signal: AbortSignal;
  readonly #looks: KeyQueue<TenantKey>;
  readonly #jobs: KeyQueue<TenantKey>;
  readonly #running = new Map<TenantKey, AbortController>();
  readonly #planned = new Map<TenantKey, AbortController>();

  constructor(parts: Required<TenantUpkeepParts>, signal: AbortSignal) {
    this.#parts = parts;
    this.#signal = signal;
    const guarded = (turn: (tenant: ServedTenant) => Promise<void>) => (key: TenantKey) => this.#guard(key, turn);
    this.#looks = new KeyQueue({ parallel: PARALLEL_LOOKS, turn: guarded((tenant) => this.#look(tenant)) });
    this.#jobs = new KeyQueue({ parallel: PARALLEL_JOBS, turn: guarded((tenant) => this.#work(tenant)) });
  }

  async run(): Promise<void> {
    const { directory, sleep } = this.#parts;
    const unsubscribe = directory.onServed((key, served, before) => this.#configChanged(key, served, before));
    while (!this.#signal.aborted) {
      for (const { key } of directory.tenants()) this.#looks.add(key);
      await sleep(this.#jittered(TICK), this.#signal);
    }
    unsubscribe();
    await Promise.all([this.#looks.close(), this.#jobs.close()]);
  }

  #configChanged(key: TenantKey, served: ServedTenant | null, before: ServedTenant | null): void {
    const running = this.#running.get(key);
    running?.abort();
    if (served === null) {
      this.#planned.get(key)?.abort();
      return;
    }
    const isNew = before === null;
    const isMappedAnew = !isNew && before.model.projection !== served.model.projection;
    const isKeptShorter = !isNew && served.config.users.retentionSeconds < before.config.users.retentionSeconds;
    // What was held back by a refusal is not put off until the next tick.
    const wasRefused = !isNew && (before === served || before.refusal.current !== null);
    if (isMappedAnew) this.#planLooks(key, LATER_LOOKS);
    const mayHaveWork = isNew || isMappedAnew || isKeptShorter || wasRefused || deletionOf(served) !== null;
    if (mayHaveWork || running !== undefined) this.#looks.add(key);
  }

  /** In the place of those that were planned for this tenant before. */
  #planLooks(key: TenantKey, delays: readonly number[]): void {
    this.#planned.get(key)?.abort();
    const plan = new AbortController();
    this.#planned.set(key, plan);
    const signal = AbortSignal.any([this.#signal, plan.signal]);
    const wait = async (): Promise<void> => {
      let waited = 0;
      for (const delay of delays) {
        await this.#parts.sleep(this.#jittered(delay - waited), signal);
        if (signal.aborted) break;
        this.#looks.add(key);
        waited = delay;
      }
      if (this.#planned.get(key) === plan) this.#planned.delete(key);
    };
    void wait();
  }

  async #look(tenant: ServedTenant): Promise<void> {
    const { clock, sleep, logger } = this.#parts;
    const begin = clock();
    let rest = REST_AFTER_FAULT;
    try {
      if (await this.#hasWork(tenant)) this.#jobs.add(tenant.key);
      rest = Math.max(LEAST_REST, clock() - begin);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      logger.debug({ err: error, tenant: tenant.key }, 'look for work behind the requests waits for the store');
      this.#looks.add(tenant.key);
    } finally {
      await sleep(rest, this.#signal);
    }
  }

  async #hasWork(tenant: ServedTenant): Promise<boolean> {
    const { store, clock } = this.#parts;
    const { key, model, upkeep } = tenant;
    const deleting = deletionOf(tenant);
    if (deleting !== null) return !isRemoved(tenant, deleting);
    const outdated = await store.upkeep.findOutdated(key, model.projection, 1);
    // What this pod began may have been brought to its end by others: that has to be said.
    const isBegun = upkeep.reprojection?.projection === model.projection && upkeep.reprojection.finishedAt === null;
    if (outdated.length > 0 || isBegun) return true;
    noteNobodyLeft(upkeep, model.projection, clock());
    if (!losesRetired(tenant)) return false;
    return (await store.upkeep.findRetiredBefore(key, endOfRetention(tenant, clock()), 1)).length > 0;
  }

  async #work(tenant: ServedTenant): Promise<void> {
    const { key } = tenant;
    const job = new AbortController();
    const signal = AbortSignal.any([this.#signal, job.signal]);
    this.#running.set(key, job);
    try {
      const deleting = deletionOf(tenant);
      if (deleting !== null) {
        if ((await removeTenant(this.#parts, tenant, deleting, signal)) === 'later') this.#planLooks(key, NEXT_ATTEMPT);
        return;
      }
      const removal = await removeRetired(this.#parts, tenant, signal);
      const reprojection = await reprojectPeople(this.#parts, tenant, signal);
      if (removal === 'later' || reprojection.end === 'later') this.#planLooks(key, NEXT_ATTEMPT);
      else if (reprojection.end === 'ended' && reprojection.tookPart) this.#planLooks(key, LATER_LOOKS);
    } finally {
      this.#running.delete(key);
    }
  }

  /** A fault of one tenant's work is told, and the next tick tries again; the service goes on. */
  async #guard(key: TenantKey, turn: (tenant: ServedTenant) => Promise<void>): Promise<void> {
    const tenant = this.#parts.directory.find(key);
    if (tenant === null || tenant.refusal.current !== null || this.#signal.aborted) return;
    try {
      await turn(tenant);
    } catch (error) {
      this.#parts.logger.error({ err: error, tenant: key }, 'work behind the requests failed');
    }
  }

  /** Spreads the pods, which start together. */
  #jittered(milliseconds: number): number {
    return milliseconds * (0.8 + 0.4 * this.#parts.random());
  }
}
