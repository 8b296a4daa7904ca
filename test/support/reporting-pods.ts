import { podReportSchema, type FailureClass, type PodReport } from '#common/pod-report.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { ReportCursors } from '#operator/kube/report-cursors.ts';
import { PodReporter } from '#scim-service/tenancy/pod-reporter.ts';
import { TenantDirectory, type ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import type { PeopleCount } from '#scim-service/tenancy/user-count.ts';
import { aLog } from './a-log.ts';

/** The part of a pod that reports, with a directory of its own; what requests do to it is done by hand. */
export class ReportingPod {
  readonly name: string;
  readonly directory: TenantDirectory;
  readonly #reporter: PodReporter;
  readonly #clock: () => number;
  readonly #people = new Map<TenantKey, PeopleCount>();
  readonly #inFlight = new Map<TenantKey, Disposable[]>();

  constructor(name: string, bootId: string, clock: () => number) {
    this.name = name;
    this.#clock = clock;
    this.directory = new TenantDirectory({ logger: aLog().logger, clock });
    const people = ({ key }: ServedTenant) => this.#people.get(key) ?? { users: null, countedAt: null };
    this.#reporter = new PodReporter({ directory: this.directory, bootId, pod: name, clock, people });
  }

  serve(configs: Iterable<TenantConfig>): void {
    for (const config of configs) this.directory.set(config);
    this.directory.synced();
  }

  keepOnly(keys: ReadonlySet<TenantKey>): void {
    for (const { key } of this.directory.everyone()) if (!keys.has(key)) this.directory.delete(key);
  }

  /** A request that is let in. */
  begin(key: TenantKey): void {
    const request = this.directory.find(key)?.activity.requestBegins();
    if (request) this.#inFlight.set(key, [...(this.#inFlight.get(key) ?? []), request]);
  }

  /** The answer to one that was let in. */
  end(key: TenantKey, outcome: 'Success' | FailureClass): void {
    const [request, ...others] = this.#inFlight.get(key) ?? [];
    this.#inFlight.set(key, others);
    request?.[Symbol.dispose]();
    const tenant = this.directory.find(key);
    const now = this.#clock();
    tenant?.window.record(outcome, now);
    tenant?.activity.record(outcome, { write: true, now });
    if (outcome === 'Success') return;
    const time = new Date(now).toISOString();
    tenant?.failures.record({ time, operation: 'POST User', subject: null, reason: outcome, message: 'does not fit' });
  }

  count(key: TenantKey, users: number): void {
    this.#people.set(key, { users, countedAt: this.#clock() });
  }

  /** As it comes over the wire. */
  answer(since: string | null): PodReport {
    return podReportSchema.parse(JSON.parse(JSON.stringify(this.#reporter.report(since))));
  }
}

/** Asks pods as the operator does: those that answered the poll before for what has changed since. */
export class ChangesPoller {
  readonly #cursors = new ReportCursors();
  /** What came so far, and of how many tenants. */
  readonly answers = { whole: 0, partial: 0, tenants: 0 };

  /** @returns the reports of those that aren't silent */
  poll(pods: readonly ReportingPod[], silent: readonly string[]): readonly PodReport[] {
    this.#cursors.keepOnly(pods.map(({ name }) => name));
    return pods.flatMap((pod) => {
      // The pod of a lost answer has answered all the same.
      const report = pod.answer(this.#cursors.of(pod.name));
      if (silent.includes(pod.name)) {
        this.#cursors.missed(pod.name);
        return [];
      }
      this.#cursors.answered(pod.name, report);
      this.answers[report.partial ? 'partial' : 'whole'] += 1;
      this.answers.tenants += Object.keys(report.tenants).length;
      return [report];
    });
  }
}
