import { setImmediate } from 'node:timers/promises';
import { reprojectedUser } from '../domain/next-user.ts';
import type { StoredUser } from '../domain/stored-user.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { ScimStore } from '../provisioning/scim-store.ts';
import type { ServedTenant } from '../tenancy/tenant-directory.ts';
import { configRank, JobLease, reprojectionLease } from './job-lease.ts';
import { finishReprojection, ReprojectionProgress } from './reprojection-progress.ts';
import { runInBatches, type BatchesEnd, type BatchOutcome, type BatchParts } from './run-in-batches.ts';

/** People who are written at a time. The embedded store has the thread that answers requests: this many hold one up for 2 ms. */
const BATCH_SIZE = 25;
/** People who are read at a time. To find who is left costs some servers as much as to read them. */
const READ_SIZE = 100;

export interface ReprojectionParts extends BatchParts {
  readonly store: Pick<ScimStore, 'upkeep' | 'leases'>;
  readonly metrics: { usersReprojected(count: number): void };
  /** Name of this start of the process. */
  readonly holder: string;
}

export interface ReprojectionEnd {
  /** `later` is also for what another pod does, or what another pod knows a newer mapping for. */
  readonly end: BatchesEnd;
  /** Whether this pod had anything to do with it. */
  readonly tookPart: boolean;
}

/**
 * Brings everybody of a tenant, retired people too, to the mapping that it is served with. Each record says which mapping made
 * it, so what was done is never lost and never done twice: it may be stopped, killed, and run by two pods at once. A request
 * that writes a person meanwhile wins.
 */
export async function reprojectPeople(parts: ReprojectionParts, tenant: ServedTenant, signal: AbortSignal): Promise<ReprojectionEnd> {
  const { key, model, upkeep: note } = tenant;
  const run = new ReprojectionRun(parts, tenant, signal);
  const end = await runInBatches(parts, { name: 'reprojection', tenant: key, signal }, () => run.batch());
  const { tookPart } = run;
  if (run.isElsewhere) return { end: 'later', tookPart };
  if (end !== 'ended') return { end, tookPart };
  const finished = finishReprojection(note, model.projection, parts.clock());
  if (finished !== null) {
    const { projection, total, incomplete } = finished;
    parts.logger.info({ tenant: key, projection, people: total, incomplete }, 'all people are of the mapping that is served');
  }
  return { end, tookPart };
}

class ReprojectionRun {
  readonly #parts: ReprojectionParts;
  readonly #tenant: ServedTenant;
  readonly #signal: AbortSignal;
  readonly #lease: JobLease;
  #progress: ReprojectionProgress | null = null;
  /** Who was read and not written yet. */
  #people: StoredUser[] = [];
  #size = BATCH_SIZE;
  isElsewhere = false;

  constructor(parts: ReprojectionParts, tenant: ServedTenant, signal: AbortSignal) {
    const { store, clock, holder } = parts;
    this.#parts = parts;
    this.#tenant = tenant;
    this.#signal = signal;
    const name = reprojectionLease(tenant.key);
    this.#lease = new JobLease({ leases: store.leases, clock, holder, name, rank: configRank(tenant.config) });
  }

  get tookPart(): boolean {
    return this.#progress !== null;
  }

  async batch(): Promise<BatchOutcome> {
    const { key, model } = this.#tenant;
    if (this.#people.length === 0) this.#people = [...(await this.#parts.store.upkeep.findOutdated(key, model.projection, READ_SIZE))];
    if (this.#people.length === 0) return 'end';
    this.isElsewhere = !(await this.#lease.hold());
    if (this.isElsewhere) return 'end';
    this.#progress ??= await this.#begin();
    this.#progress.found(this.#people.length);
    await setImmediate();
    const { whole, incomplete } = project(model, this.#people.splice(0, this.#size));
    await setImmediate();
    if (this.#signal.aborted) return 'stuck';
    // Apart, because a store tells how many it wrote and not whom.
    const wroteWhole = await this.#refresh(whole);
    this.#progress.wrote(wroteWhole, 0);
    const wroteIncomplete = await this.#refresh(incomplete);
    this.#progress.wrote(wroteIncomplete, wroteIncomplete);
    this.#size = Math.min(BATCH_SIZE, this.#size + 1);
    return wroteWhole + wroteIncomplete === 0 ? 'stuck' : 'progress';
  }

  async #begin(): Promise<ReprojectionProgress> {
    const { store, logger, clock } = this.#parts;
    const { key, model, upkeep: note } = this.#tenant;
    const { projection } = model;
    const outdated = await store.upkeep.countOutdated(key, projection);
    logger.info({ tenant: key, projection, outdated }, 'people are brought to the mapping that is served');
    return new ReprojectionProgress(note, projection, { outdated, now: clock() });
  }

  async #refresh(users: readonly StoredUser[]): Promise<number> {
    if (users.length === 0) return 0;
    try {
      const written = await this.#parts.store.upkeep.refresh(users);
      this.#parts.metrics.usersReprojected(written);
      return written;
    } catch (error) {
      // Perhaps it was too much at once, and perhaps some of it was done.
      this.#size = Math.ceil(this.#size / 2);
      this.#people = [];
      throw error;
    }
  }
}

function project(model: TenantModel, people: readonly StoredUser[]): { readonly whole: StoredUser[]; readonly incomplete: StoredUser[] } {
  const whole: StoredUser[] = [];
  const incomplete: StoredUser[] = [];
  for (const person of people) {
    const { user, problems } = reprojectedUser(model, person);
    (problems === 0 ? whole : incomplete).push(user);
  }
  return { whole, incomplete };
}
