import type { TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { PodObservation } from '../reconcile/observed.ts';
import { Agenda } from './agenda.ts';
import { NO_DETAIL, reportDetail, type ReportDetail } from './report-detail.ts';
import { NO_ACTIVITY, refusalsOf, reportActivity, wavesOf, type ReportActivity } from './report-activity.ts';

/** How often one tenant's run is asked for by requests and people alone. */
const QUIET_INTERVAL_MS = 30_000;
/** The same for requests while some fail: a success too can complete `minRequests`, and a trip is due within 15 s. */
const FAILING_INTERVAL_MS = 10_000;
/** The same for the progress of a re-projection or a deletion, further failures and names of ignored attributes. */
const DETAIL_INTERVAL_MS = 10_000;
/** Tenants that wait for the end of an interval are looked at once in this time. */
const AGENDA_SLOT_MS = 1_000;

/** All that the pods tell of one tenant. */
export interface TenantReports {
  /** Pods that should answer. */
  readonly expected: number;
  /** Of pods that answered lately. */
  readonly live: readonly TenantReport[];
  /** Those of vanished pods too. */
  readonly all: readonly TenantReport[];
}

/** What a tenant's run was asked for last, and when; in milliseconds of a clock that never jumps. */
interface Told {
  readonly urgent: string;
  readonly requests: number;
  readonly requestsAt: number;
  readonly activity: ReportActivity;
  readonly activityAt: number;
  /** Re-projections and deletions without their progress. */
  readonly marks: string;
  readonly detail: ReportDetail;
  readonly detailAt: number;
}

const NOTHING_TOLD: Told = {
  urgent: '',
  requests: 0,
  requestsAt: -Infinity,
  activity: NO_ACTIVITY,
  activityAt: -Infinity,
  marks: '[]',
  detail: NO_DETAIL,
  detailAt: -Infinity,
};

/** Remembers what each tenant's run was asked for, and so knows what is news, and when news that can wait is due. */
export class ToldTenants {
  readonly #told = new Map<TenantKey, Told>();
  readonly #agenda = new Agenda<TenantKey>(AGENDA_SLOT_MS);

  /** Activity and detail as they were told last. */
  of(key: TenantKey): Pick<PodObservation, keyof ReportActivity | keyof ReportDetail> {
    const { activity, detail } = this.#told.get(key) ?? NOTHING_TOLD;
    return { ...activity, ...detail };
  }

  /** Takes those off who have something to be told by then; each is to be given to `mustTell`. */
  takeDue(now: number): readonly TenantKey[] {
    return this.#agenda.take(now);
  }

  /** @returns whether anything was told of it */
  forget(key: TenantKey): boolean {
    this.#agenda.remove(key);
    return this.#told.delete(key);
  }

  /** Whether its run is to be asked for now, which then counts as told; otherwise it comes up again when it is. */
  mustTell(key: TenantKey, { expected, live, all }: TenantReports, now: number): boolean {
    const told = this.#told.get(key) ?? NOTHING_TOLD;
    const { requests, failures } = countOutcomes(all);
    const activity = reportActivity(live, all);
    const detail = reportDetail(live, all);
    const marks = JSON.stringify([detail.reprojections.map(reprojectionMark), detail.deletions.map(deletionMark)]);
    const revisions = live.map(({ revision }) => revision).sort();
    const urgent = JSON.stringify([expected, revisions, refusalsOf(live), failures, wavesOf(all), marks]);

    const failing = Object.keys(failures).length > 0;
    const news = [
      { isNew: requests !== told.requests, dueAt: told.requestsAt + (failing ? FAILING_INTERVAL_MS : QUIET_INTERVAL_MS) },
      { isNew: !isSame(activity, told.activity), dueAt: told.activityAt + QUIET_INTERVAL_MS },
      { isNew: !isSame(detail, told.detail), dueAt: marks === told.marks ? told.detailAt + DETAIL_INTERVAL_MS : now },
    ] as const;
    const [tellsRequests, tellsActivity, tellsDetail] = news.map(({ isNew, dueAt }) => isNew && dueAt <= now);
    const waiting = news.filter(({ isNew, dueAt }) => isNew && dueAt > now).map(({ dueAt }) => dueAt);
    if (waiting.length > 0) this.#agenda.put(key, Math.min(...waiting));
    else this.#agenda.remove(key);
    if (urgent === told.urgent && !tellsRequests && !tellsActivity && !tellsDetail) return false;

    // A tenant that nobody has called yet starts no interval: its first request shows at once.
    const begin = activity.lastRequestTime === null ? -Infinity : now;
    this.#told.set(key, {
      ...told,
      urgent,
      ...(tellsRequests ? { requests, requestsAt: begin } : {}),
      ...(tellsActivity ? { activity, activityAt: begin } : {}),
      ...(tellsDetail ? { marks, detail, detailAt: now } : {}),
    });
    return true;
  }
}

function isSame(left: ReportActivity | ReportDetail, right: ReportActivity | ReportDetail): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function reprojectionMark({ projection, startedAt, finishedAt }: ReportDetail['reprojections'][number]): unknown {
  return [projection, startedAt, finishedAt];
}

function deletionMark({ id, requestsInFlight, progress }: ReportDetail['deletions'][number]): unknown {
  return [id, requestsInFlight === 0, progress === null, progress?.finishedAt];
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
