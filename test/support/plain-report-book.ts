import { oldestBucketStart, OUTCOME_MEMORY_SECONDS, type PodReport, type TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { inOwnTime } from '#operator/controller/pod-clock.ts';
import { refusalsOf, wavesOf } from '#operator/controller/report-activity.ts';
import type { ReportBookParts } from '#operator/controller/report-book.ts';
import { ToldTenants } from '#operator/controller/told-tenants.ts';
import type { PodPoll } from '#operator/controller/ports.ts';
import type { PodObservation } from '#operator/reconcile/observed.ts';

interface Entry {
  readonly report: PodReport;
  readonly answeredAt: number;
  readonly poll: number;
}

/** What a ReportBook is to know and to tell, by looking at each tenant of each whole report with each poll. */
export class PlainReportBook {
  readonly #parts: ReportBookParts;
  #entries: Entry[] = [];
  readonly #told = new ToldTenants();
  readonly #keys = new Set<TenantKey>();
  #expected = 0;
  #poll = 0;

  constructor(parts: ReportBookParts) {
    this.#parts = parts;
  }

  record({ reports, expected }: PodPoll): readonly TenantKey[] {
    const now = this.#parts.elapsed();
    this.#expected = expected;
    this.#poll += 1;
    for (const report of reports) {
      const entry = { report, answeredAt: now, poll: this.#poll };
      const index = this.#entries.findIndex((known) => known.report.bootId === report.bootId);
      if (index < 0) this.#entries.push(entry);
      else this.#entries[index] = entry;
      for (const key of Object.keys(report.tenants)) this.#keys.add(key as TenantKey);
    }
    const live = this.#live(now);
    this.#entries = this.#entries
      .filter(({ answeredAt }) => now - answeredAt < OUTCOME_MEMORY_SECONDS * 1_000)
      .map((entry) => (live.includes(entry) ? entry : { ...entry, report: withOutcomesOnly(entry.report) }));
    return [...this.#keys].filter((key) => this.#mustTell(key, now));
  }

  observation(key: TenantKey): PodObservation {
    const now = this.#parts.elapsed();
    const own = this.#parts.clock();
    const told = this.#entries.flatMap(({ report, answeredAt }) => {
      const tenant = report.tenants[key];
      const pod = Date.parse(report.time) + now - answeredAt;
      return tenant ? [{ epoch: tenant.epoch, ...inOwnTime(tenant, { pod, own }) }] : [];
    });
    const live = reportsOf(this.#live(now), key);
    const last = this.#entries.filter(({ poll }) => poll === this.#poll);
    return {
      expected: this.#expected,
      revisions: live.map(({ revision }) => revision),
      refusals: refusalsOf(live),
      outcomes: told.map(({ epoch, buckets }) => ({ epoch, buckets })),
      waves: wavesOf(told),
      ...this.#told.of(key),
      deletions: reportsOf(last, key).flatMap(({ deletion }) => deletion ?? []),
    };
  }

  #mustTell(key: TenantKey, now: number): boolean {
    const all = reportsOf(this.#entries, key);
    if (all.length === 0) return this.#told.forget(key);
    return this.#told.mustTell(key, { expected: this.#expected, live: reportsOf(this.#live(now), key), all }, now);
  }

  #live(now: number): readonly Entry[] {
    const recent = this.#entries.filter(({ answeredAt }) => now - answeredAt < 10_000);
    return recent.filter(
      (entry, index) =>
        !recent.some(
          (other, place) =>
            other.report.pod === entry.report.pod && (other.poll > entry.poll || (other.poll === entry.poll && place > index)),
        ),
    );
  }
}

function reportsOf(entries: readonly Entry[], key: TenantKey): readonly TenantReport[] {
  return entries.flatMap(({ report }) => report.tenants[key] ?? []);
}

/** Buckets that are older than a pod remembers would have been left out by the pod. */
function withOutcomesOnly(report: PodReport): PodReport {
  const oldest = oldestBucketStart(Date.parse(report.time));
  const tenants = Object.entries(report.tenants).filter(([, { buckets }]) => buckets.some(({ start }) => start >= oldest));
  return { ...report, tenants: Object.fromEntries(tenants) };
}
