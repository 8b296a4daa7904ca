import { oldestBucketStart, OUTCOME_BUCKET_SECONDS, type PodReport, type TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { Agenda } from './agenda.ts';

/** When a report was taken. */
export interface PollMark {
  /** Number of the poll. */
  readonly poll: number;
  /** Milliseconds of a clock that never jumps. */
  readonly at: number;
}

/** What one start of a pod has told, put together from whole reports and changes. */
export class PodEntry {
  readonly pod: string;
  /** Whether the pod answered lately and was not started anew; as the last poll found it. */
  isLive = false;
  #answered: PollMark = { poll: 0, at: -Infinity };
  #time = 0;
  #isTrimmed = false;
  readonly #tenants = new Map<TenantKey, TenantReport>();
  /** By the start of the oldest bucket, in seconds. */
  readonly #oldest = new Agenda<TenantKey>(OUTCOME_BUCKET_SECONDS);

  constructor(pod: string) {
    this.pod = pod;
  }

  get answered(): PollMark {
    return this.#answered;
  }

  /** What the pod's clock showed when it answered last, milliseconds since 1970. */
  get time(): number {
    return this.#time;
  }

  /** Enters a report. @returns tenants of which it may tell something else than was known */
  take(report: PodReport, mark: PollMark): ReadonlySet<TenantKey> {
    const changed = new Set<TenantKey>();
    const gone = report.partial ? (report.gone as TenantKey[]) : [...this.#tenants.keys()];
    for (const key of gone) {
      this.#drop(key);
      changed.add(key);
    }
    for (const [key, tenant] of Object.entries(report.tenants)) this.#put(key as TenantKey, tenant, changed);
    this.#answered = mark;
    this.#time = Date.parse(report.time);
    this.#isTrimmed = false;
    this.#dropOldBuckets(changed);
    return changed;
  }

  /** Drops tenants without outcomes, which are all that still counts of a pod that is silent and no longer live. */
  trim(): void {
    if (this.#isTrimmed) return;
    for (const [key, { buckets }] of this.#tenants) if (buckets.length === 0) this.#drop(key);
    this.#isTrimmed = true;
  }

  /** Null where nothing that counts is known. */
  of(key: TenantKey): TenantReport | null {
    const tenant = this.#tenants.get(key);
    return tenant !== undefined && (this.isLive || tenant.buckets.length > 0) ? tenant : null;
  }

  keys(): Iterable<TenantKey> {
    return this.#tenants.keys();
  }

  #put(key: TenantKey, tenant: TenantReport, changed: Set<TenantKey>): void {
    this.#tenants.set(key, tenant);
    changed.add(key);
    const [oldest] = tenant.buckets;
    if (oldest === undefined) this.#oldest.remove(key);
    else this.#oldest.put(key, oldest.start);
  }

  #drop(key: TenantKey): void {
    this.#tenants.delete(key);
    this.#oldest.remove(key);
  }

  /** As the pod itself does, by its clock; it doesn't tell. */
  #dropOldBuckets(changed: Set<TenantKey>): void {
    const oldest = oldestBucketStart(this.#time);
    for (const key of this.#oldest.take(oldest - OUTCOME_BUCKET_SECONDS)) {
      const tenant = this.#tenants.get(key);
      if (tenant) this.#put(key, { ...tenant, buckets: tenant.buckets.filter(({ start }) => start >= oldest) }, changed);
    }
  }
}
