import { OUTCOME_MEMORY_SECONDS, type PodReport, type TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { PodObservation } from '../reconcile/observed.ts';
import type { PodPoll } from './ports.ts';
import { NO_DETAIL, reportDetail, type ReportDetail } from './report-detail.ts';

/** How long a pod that misses a poll still counts as serving, so that one slow answer does not touch every tenant's status. */
const LIVE_MS = 10_000;
/** How often one tenant's run is asked for by requests and people alone. */
const QUIET_INTERVAL_MS = 30_000;
/** The same while some requests fail: a success too can complete `minRequests`, and a trip is due within 15 s. */
const FAILING_INTERVAL_MS = 10_000;
/** The same for the progress of a re-projection or a deletion, further failures and names of ignored attributes. */
const DETAIL_INTERVAL_MS = 10_000;

interface Entry {
  readonly report: PodReport;
  readonly answeredAt: number;
}

type Activity = Pick<PodObservation, 'lastRequestTime' | 'lastSuccessTime' | 'users'>;

/** What a tenant's run was asked for last, and when. */
interface Told {
  readonly urgent: string;
  readonly slow: string;
  readonly slowAt: number;
  readonly activity: Activity;
  readonly activityAt: number;
  /** Re-projections and deletions without their progress. */
  readonly marks: string;
  readonly detail: ReportDetail;
  readonly detailAt: number;
}

const NOTHING_TOLD: Told = {
  urgent: '',
  slow: '',
  slowAt: -Infinity,
  activity: { lastRequestTime: null, lastSuccessTime: null, users: null },
  activityAt: -Infinity,
  marks: '[]',
  detail: NO_DETAIL,
  detailAt: -Infinity,
};

/**
 * Keeps what the pods reported last. A vanished pod's outcomes stay until they left the longest window, so that a
 * restart neither loses nor doubles failures; reports are told apart by boot id.
 */
export class ReportBook {
  readonly #clock: () => number;
  /** By boot id. */
  readonly #entries = new Map<string, Entry>();
  readonly #told = new Map<TenantKey, Told>();
  #expected: number | null = null;
  #polledAt = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Enters a poll.
   * @returns tenants that need a run: at once where failures, waves, served revisions or the number of pods changed or a
   * re-projection began or ended, and now and then where requests, people or progress did
   */
  record(poll: PodPoll): readonly TenantKey[] {
    const now = this.#clock();
    this.#expected = poll.expected;
    this.#polledAt = now;
    for (const report of poll.reports) this.#entries.set(report.bootId, { report, answeredAt: now });
    this.#forgetOld(now);
    const keys = new Set([...this.#entries.values()].flatMap(({ report }) => Object.keys(report.tenants) as TenantKey[]));
    for (const key of this.#told.keys()) if (!keys.has(key)) this.#told.delete(key);
    return [...keys].filter((key) => this.#mustTell(key, now));
  }

  /** Null before the first poll. Activity and detail are as they were told last, so that they don't change from run to run. */
  observation(key: TenantKey): PodObservation | null {
    if (this.#expected === null) return null;
    const { activity, detail } = this.#told.get(key) ?? NOTHING_TOLD;
    const reports = this.#reportsOf(key);
    return {
      expected: this.#expected,
      revisions: this.#liveReportsOf(key, this.#clock()).map(({ revision }) => revision),
      outcomes: reports.map(({ epoch, buckets }) => ({ epoch, buckets })),
      ...activity,
      waves: wavesOf(reports),
      ...detail,
      // Of a pod that was silent nobody knows what it writes, so nothing older counts.
      deletions: this.#lastAnswersOf(key).flatMap(({ deletion }) => deletion ?? []),
    };
  }

  #reportsOf(key: TenantKey): TenantReport[] {
    return [...this.#entries.values()].flatMap(({ report }) => report.tenants[key] ?? []);
  }

  #lastAnswersOf(key: TenantKey): TenantReport[] {
    const last = [...this.#entries.values()].filter(({ answeredAt }) => answeredAt === this.#polledAt);
    return last.flatMap(({ report }) => report.tenants[key] ?? []);
  }

  #liveReportsOf(key: TenantKey, now: number): TenantReport[] {
    return this.#live(now).flatMap(({ report }) => report.tenants[key] ?? []);
  }

  /** Pods that answered lately; of one pod's boots only the last. */
  #live(now: number): Entry[] {
    const latest = new Map<string, Entry>();
    for (const entry of this.#entries.values()) {
      if (now - entry.answeredAt >= LIVE_MS) continue;
      const other = latest.get(entry.report.pod);
      if (!other || other.answeredAt <= entry.answeredAt) latest.set(entry.report.pod, entry);
    }
    return [...latest.values()];
  }

  #forgetOld(now: number): void {
    const live = new Set(this.#live(now));
    for (const [bootId, entry] of this.#entries) {
      if (live.has(entry)) continue;
      if (now - entry.answeredAt >= OUTCOME_MEMORY_SECONDS * 1_000) {
        this.#entries.delete(bootId);
      } else {
        const tenants = Object.fromEntries(Object.entries(entry.report.tenants).filter(([, { buckets }]) => buckets.length > 0));
        this.#entries.set(bootId, { ...entry, report: { ...entry.report, tenants } });
      }
    }
  }

  #mustTell(key: TenantKey, now: number): boolean {
    const reports = this.#reportsOf(key);
    const live = this.#liveReportsOf(key, now);
    const revisions = live.map(({ revision }) => revision);
    const { requests, failures } = countOutcomes(reports);
    const activity = this.#activity(key, now);
    const detail = reportDetail(live, reports);
    const marks = JSON.stringify([detail.reprojections.map(reprojectionMark), detail.deletions.map(deletionMark)]);
    const urgent = JSON.stringify([this.#expected, revisions.sort(), failures, wavesOf(reports), marks]);
    const slow = JSON.stringify([requests, activity]);
    const told = this.#told.get(key) ?? NOTHING_TOLD;
    const failing = Object.keys(failures).length > 0;
    const slowIsDue = now - told.slowAt >= (failing ? FAILING_INTERVAL_MS : QUIET_INTERVAL_MS);
    const tellsSlow = slowIsDue && slow !== told.slow;
    const detailIsDue = now - told.detailAt >= DETAIL_INTERVAL_MS || marks !== told.marks;
    const tellsDetail = detailIsDue && JSON.stringify(detail) !== JSON.stringify(told.detail);
    if (urgent === told.urgent && !tellsSlow && !tellsDetail) return false;

    const tellsActivity = tellsSlow && now - told.activityAt >= QUIET_INTERVAL_MS;
    // A tenant that nobody has called yet starts no interval: its first request shows at once.
    const begin = activity.lastRequestTime === null ? -Infinity : now;
    this.#told.set(key, {
      ...told,
      urgent,
      ...(tellsSlow ? { slow, slowAt: begin } : {}),
      ...(tellsActivity ? { activity, activityAt: begin } : {}),
      ...(tellsDetail ? { marks, detail, detailAt: now } : {}),
    });
    return true;
  }

  /** Times of all reports; people as the pod that answered last counted them in the store that all share. */
  #activity(key: TenantKey, now: number): Activity {
    const reports = this.#reportsOf(key);
    const counted = this.#live(now)
      .filter(({ report }) => report.tenants[key]?.users != null)
      .sort((left, right) => Date.parse(right.report.time) - Date.parse(left.report.time));
    return {
      lastRequestTime: latestTime(reports.map(({ lastRequestTime }) => lastRequestTime)),
      lastSuccessTime: latestTime(reports.map(({ lastSuccessTime }) => lastSuccessTime)),
      users: counted[0]?.report.tenants[key]?.users ?? null,
    };
  }
}

function reprojectionMark({ projection, startedAt, finishedAt }: ReportDetail['reprojections'][number]): unknown {
  return [projection, startedAt, finishedAt];
}

function deletionMark({ id, requestsInFlight, progress }: ReportDetail['deletions'][number]): unknown {
  return [id, requestsInFlight === 0, progress === null, progress?.finishedAt];
}

function wavesOf(reports: readonly TenantReport[]): PodObservation['waves'] {
  return reports.flatMap(({ epoch, deactivationWave }) => (deactivationWave ? [{ epoch, wave: deactivationWave }] : []));
}

/** By epoch and class, so that the same failures in a new epoch are a change. */
function countOutcomes(reports: readonly TenantReport[]): { requests: number; failures: Readonly<Record<string, number>> } {
  const failures: Record<string, number> = {};
  let requests = 0;
  for (const { epoch, buckets } of reports) {
    for (const bucket of buckets) {
      requests += bucket.requests;
      for (const [failureClass, count] of Object.entries(bucket.failures)) {
        const label = `${epoch} ${failureClass}`;
        failures[label] = (failures[label] ?? 0) + count;
      }
    }
  }
  return { requests, failures };
}

function latestTime(times: readonly (string | null)[]): string | null {
  return times.reduce((latest, time) => {
    if (latest === null || time === null) return latest ?? time;
    return Date.parse(time) > Date.parse(latest) ? time : latest;
  }, null);
}
