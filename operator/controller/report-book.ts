import { OUTCOME_MEMORY_SECONDS, type PodReport, type TenantReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { PodObservation } from '../reconcile/observed.ts';
import { inOwnTime } from './pod-clock.ts';
import { PodEntry } from './pod-entry.ts';
import type { Clock, PodPoll } from './ports.ts';
import { refusalsOf, wavesOf } from './report-activity.ts';
import { ToldTenants } from './told-tenants.ts';

/** How long a pod that misses a poll still counts as serving, so that one slow answer does not touch every tenant's status. */
const LIVE_MS = 10_000;

export interface ReportBookParts {
  readonly clock: Clock;
  /**
   * Milliseconds of a clock that never jumps, such as `performance.now`: what is silent and what is due is told by it, so that a
   * clock that was put back keeps no dead pod alive.
   */
  readonly elapsed: () => number;
}

/**
 * Keeps what the pods reported last. A vanished pod's outcomes stay until they left the longest window, so that a
 * restart neither loses nor doubles failures; reports are told apart by boot id. A poll costs what has changed with it: tenants of
 * which no pod told anything are not looked at.
 */
export class ReportBook {
  readonly #parts: ReportBookParts;
  /** By boot id. */
  readonly #entries = new Map<string, PodEntry>();
  readonly #told = new ToldTenants();
  #expected: number | null = null;
  /** Number of the last poll. */
  #poll = 0;

  constructor(parts: ReportBookParts) {
    this.#parts = parts;
  }

  /** Pods that should have answered the last poll; null before the first. */
  get expected(): number | null {
    return this.#expected;
  }

  /**
   * Enters a poll.
   * @returns tenants that need a run: at once where failures, waves, served revisions or the number of pods changed or a
   * re-projection began or ended, or no pod has the tenant any more, and now and then where requests, people or progress did
   */
  record(poll: PodPoll): readonly TenantKey[] {
    const now = this.#parts.elapsed();
    this.#poll += 1;
    const changed = new Set<TenantKey>(this.#told.takeDue(now));
    for (const report of poll.reports) addAll(changed, this.#entryOf(report).take(report, { poll: this.#poll, at: now }));
    this.#judgePods(now, changed);
    if (poll.expected !== this.#expected) for (const entry of this.#entries.values()) addAll(changed, entry.keys());
    this.#expected = poll.expected;
    return [...changed].filter((key) => this.#mustTell(key, poll.expected, now));
  }

  /** Null before the first poll. Activity and detail are as they were told last, so that they don't change from run to run. */
  observation(key: TenantKey): PodObservation | null {
    if (this.#expected === null) return null;
    const { clock, elapsed } = this.#parts;
    const now = elapsed();
    const own = clock();
    const told = [...this.#entries.values()].flatMap((entry) => {
      const report = entry.of(key);
      return report ? [{ epoch: report.epoch, ...inOwnTime(report, { pod: entry.time + now - entry.answered.at, own }) }] : [];
    });
    const live = this.#reportsOf(key, (entry) => isLive(entry, now));
    return {
      expected: this.#expected,
      revisions: live.map(({ revision }) => revision),
      refusals: refusalsOf(live),
      outcomes: told.map(({ epoch, buckets }) => ({ epoch, buckets })),
      waves: wavesOf(told),
      ...this.#told.of(key),
      // Of a pod that was silent nobody knows what it writes, so nothing older counts.
      deletions: this.#reportsOf(key, ({ answered }) => answered.poll === this.#poll).flatMap(({ deletion }) => deletion ?? []),
    };
  }

  #reportsOf(key: TenantKey, isAsked: (entry: PodEntry) => boolean = () => true): TenantReport[] {
    return [...this.#entries.values()].filter(isAsked).flatMap((entry) => entry.of(key) ?? []);
  }

  #entryOf({ bootId, pod }: PodReport): PodEntry {
    const known = this.#entries.get(bootId);
    if (known) return known;
    const entry = new PodEntry(pod);
    this.#entries.set(bootId, entry);
    return entry;
  }

  /** Finds who has appeared, vanished or come back, of which all tenants are to be looked at, and forgets what no longer counts. */
  #judgePods(now: number, changed: Set<TenantKey>): void {
    const live = new Set(latestBoots([...this.#entries.values()].filter(({ answered }) => now - answered.at < LIVE_MS)));
    for (const [bootId, entry] of this.#entries) {
      if (entry.isLive !== live.has(entry)) addAll(changed, entry.keys());
      entry.isLive = live.has(entry);
      if (now - entry.answered.at >= OUTCOME_MEMORY_SECONDS * 1_000) {
        addAll(changed, entry.keys());
        this.#entries.delete(bootId);
      } else if (!entry.isLive && entry.answered.poll !== this.#poll) {
        entry.trim();
      }
    }
  }

  #mustTell(key: TenantKey, expected: number, now: number): boolean {
    const all = this.#reportsOf(key);
    if (all.length === 0) return this.#told.forget(key);
    return this.#told.mustTell(key, { expected, live: this.#reportsOf(key, ({ isLive }) => isLive), all }, now);
  }
}

/** As the last poll found it, as long as nothing has made it untrue. */
function isLive(entry: PodEntry, now: number): boolean {
  return entry.isLive && now - entry.answered.at < LIVE_MS;
}

/** Of one pod's boots the one that answered last. */
function latestBoots(entries: readonly PodEntry[]): Iterable<PodEntry> {
  const latest = new Map<string, PodEntry>();
  for (const entry of entries) {
    const other = latest.get(entry.pod);
    if (!other || other.answered.poll <= entry.answered.poll) latest.set(entry.pod, entry);
  }
  return latest.values();
}

function addAll<T>(set: Set<T>, items: Iterable<T>): void {
  for (const item of items) set.add(item);
}
