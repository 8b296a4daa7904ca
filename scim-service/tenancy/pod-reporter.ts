import { OUTCOME_MEMORY_SECONDS, type PodReport, type TenantReport } from '#common/pod-report.ts';
import { reportTenant } from './pod-report.ts';
import { TenantChanges } from './tenant-changes.ts';
import type { KnownTenant, ServedTenant, TenantDirectory } from './tenant-directory.ts';
import type { PeopleCount } from './user-count.ts';

export interface PodReporterParts {
  readonly directory: Pick<TenantDirectory, 'everyone' | 'isSynced'>;
  /** New for each start of the process. */
  readonly bootId: string;
  readonly pod: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** People of a tenant as far as they were counted; must not wait. Asked for each tenant with each report. */
  readonly people: (tenant: ServedTenant) => PeopleCount;
}

/** Makes the reports of this pod. Keeps nothing of who asks, so several may, each with the cursor of its own. */
export class PodReporter {
  readonly #parts: PodReporterParts;
  readonly #changes: TenantChanges;
  /** Of the latest report, milliseconds since 1970. */
  #latest = 0;

  constructor(parts: PodReporterParts) {
    const { directory } = parts;
    this.#parts = parts;
    this.#changes = new TenantChanges({ tenants: () => directory.everyone(), people: (tenant) => this.#people(tenant) });
  }

  /**
   * What this pod answers on `GET /internal/v1/report`.
   * @param since cursor of an earlier report, of which this one then has the changes; whole with null and what is no such cursor
   */
  report(since: string | null): PodReport {
    const { directory, bootId, pod, clock } = this.#parts;
    const now = clock();
    const isForward = this.#isForward(now);
    const look = this.#changes.look();
    const known = since === null ? null : this.#lookOf(since);
    const changed = known === null || !isForward ? null : this.#changes.after(known);
    const tenants: Record<string, TenantReport> = {};
    for (const tenant of changed?.served ?? directory.everyone()) tenants[tenant.key] = reportTenant(tenant, this.#people(tenant), now);
    return {
      version: 1,
      bootId,
      pod,
      time: new Date(now).toISOString(),
      synced: directory.isSynced,
      tenants,
      cursor: `${bootId}:${look}`,
      partial: changed !== null,
      gone: [...(changed?.gone ?? [])],
    };
  }

  /** Of a tenant that can't be served there is nothing to count for. */
  #people(tenant: KnownTenant): PeopleCount {
    return 'refused' in tenant ? { users: null, countedAt: null } : this.#parts.people(tenant);
  }

  /**
   * Until a clock that was put back has caught up, outcomes that were too old come back without a change, so the whole is told.
   * One that was put back farther than is remembered starts over.
   */
  #isForward(now: number): boolean {
    const behind = this.#latest - now;
    if (behind > OUTCOME_MEMORY_SECONDS * 1_000) {
      this.#changes.forgetLooks();
      this.#latest = now;
    }
    this.#latest = Math.max(this.#latest, now);
    return behind <= 0;
  }

  #lookOf(cursor: string): number | null {
    const { bootId } = this.#parts;
    const look = cursor.startsWith(`${bootId}:`) ? cursor.slice(bootId.length + 1) : '';
    return /^\d{1,15}$/.test(look) ? Number(look) : null;
  }
}
