import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES } from '#common/pod-report.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { ReportBook } from '#operator/controller/report-book.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { PlainReportBook } from '#test/support/plain-report-book.ts';
import { ChangesPoller, ReportingPod } from '#test/support/reporting-pods.ts';

const START = Date.parse('2026-11-24T06:00:00Z');
const KEYS: readonly TenantKey[] = ['team-hr/acme', 'team-hr/globex', 'team-it/acme'];
const PODS = ['pod-a', 'pod-b'];

const pod = fc.constantFrom(...PODS);
const key = fc.constantFrom(...KEYS);
const configOverrides = fc.record<Partial<TenantConfig>>({
  generation: fc.nat(3),
  breakerEpoch: fc.nat(2),
  mapping: fc.constantFrom(aTenantConfig().mapping, aTenantConfig().mapping.slice(0, 2)),
  state: fc.constantFrom<TenantConfig['state']>(
    { kind: 'Active' },
    { kind: 'Disabled' },
    { kind: 'Deleting', id: 'uid-1', settled: false },
    { kind: 'Deleting', id: 'uid-1', settled: true },
    { kind: 'Deleting', id: 'uid-2', settled: false },
  ),
});
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('poll' as const), operator: fc.nat(1), silent: fc.subarray(PODS) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('poll' as const), operator: fc.nat(1), silent: fc.constant([]) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('begin' as const), pod, key }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      pod,
      key,
      outcome: fc.constantFrom('Success', 'Success', ...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('count' as const), pod, key, users: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wave' as const), pod, key, deactivations: fc.integer({ min: 20, max: 23 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reproject' as const), pod, key, done: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), pod, key, removed: fc.nat(3), isOver: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('ignore' as const), pod, key, name: fc.constantFrom('title', 'nickName', 'photos') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('refuse' as const), pod, key, reason: fc.constantFrom('no JSON', 'it requires "dreams"') }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('configure' as const), key, config: configOverrides, pods: fc.subarray(PODS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key, pods: fc.subarray(PODS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const), pod }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), pod }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 2, 2, 8, 10, 30) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(600, 3_600, 7_190, 7_200, 7_210) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      clock: fc.constantFrom('own', ...PODS),
      seconds: fc.constantFrom(-8_000, -600, -20, -1, 1, 20, 600, 8_000),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class World {
  #elapsed = 0;
  readonly #jumps = new Map<string, number>();
  readonly #pods = new Map<string, ReportingPod>();
  #boots = 0;
  readonly #configs = new Map<TenantKey, TenantConfig>(KEYS.map((each) => [each, configOf(each, {})]));
  readonly operators = [0, 1].map(() => {
    const clocks = { clock: this.#clockOf('own'), elapsed: () => this.#elapsed };
    return { poller: new ChangesPoller(), book: new ReportBook(clocks), plain: new PlainReportBook(clocks) };
  });

  constructor() {
    for (const name of PODS) this.#start(name);
  }

  /** @returns what the two books have made of a poll, the same where there was none */
  take(next: Step): { readonly known: unknown; readonly wanted: unknown } {
    if (next.do === 'poll') return this.#poll(next.operator, next.silent);
    if (next.do === 'configure' || next.do === 'delete') this.#configure(next);
    else if (next.do === 'restart') this.#start(next.pod);
    else if (next.do === 'stop') this.#pods.delete(next.pod);
    else if (next.do === 'wait') this.#elapsed += next.seconds * 1_000;
    else if (next.do === 'jump') this.#jumps.set(next.clock, (this.#jumps.get(next.clock) ?? 0) + next.seconds * 1_000);
    else this.#work(next);
    return { known: null, wanted: null };
  }

  /** Pods that are not named hear of it when they start again, or with the next change. */
  #configure(next: Extract<Step, { do: 'configure' | 'delete' }>): void {
    if (next.do === 'configure') this.#configs.set(next.key, configOf(next.key, next.config));
    else this.#configs.delete(next.key);
    for (const name of next.pods) {
      this.#pods.get(name)?.serve(this.#configs.values());
      this.#pods.get(name)?.keepOnly(new Set(this.#configs.keys()));
    }
  }

  /** What requests and the work behind them do in a pod. */
  #work(next: Extract<Step, { pod: string; key: TenantKey }>): void {
    const { pod: name, key: tenant } = next;
    const where = this.#pods.get(name);
    if (next.do === 'refuse') where?.directory.refuse(tenant, { revision: '', reason: next.reason });
    const served = where?.directory.find(tenant);
    if (!where || !served) return;
    const time = new Date(this.#clockOf(name)()).toISOString();
    if (next.do === 'begin') where.begin(tenant);
    if (next.do === 'end') where.end(tenant, next.outcome);
    if (next.do === 'count') where.count(tenant, next.users);
    if (next.do === 'wave') served.waves.current = { at: time, deactivations: next.deactivations, limit: 19, people: 40 };
    if (next.do === 'ignore') served.ignored.add([next.name]);
    if (next.do === 'reproject') {
      const finishedAt = next.done === 3 ? time : null;
      served.upkeep.reprojection = {
        projection: served.model.projection,
        startedAt: time,
        finishedAt,
        total: 3,
        done: next.done,
        incomplete: 0,
      };
    }
    if (next.do === 'remove') {
      const progress = { startedAt: time, total: 3, removed: next.removed, finishedAt: next.isOver ? time : null };
      served.upkeep.deletion = { id: 'uid-1', progress };
    }
  }

  /** Asks for the whole and for what has changed at the same moment. */
  #poll(operator: number, silent: readonly string[]): { readonly known: unknown; readonly wanted: unknown } {
    const { poller, book, plain } = this.operators[operator]!;
    const pods = [...this.#pods.values()];
    const expected = pods.length;
    const whole = pods.filter(({ name }) => !silent.includes(name)).map((each) => each.answer(null));
    const wanted = { told: [...plain.record({ reports: whole, expected })].sort(), known: KEYS.map((each) => plain.observation(each)) };
    const changes = poller.poll(pods, silent);
    const known = { told: [...book.record({ reports: changes, expected })].sort(), known: KEYS.map((each) => book.observation(each)) };
    return { known, wanted };
  }

  #start(name: string): void {
    this.#boots += 1;
    const started = new ReportingPod(name, `boot-${this.#boots}`, this.#clockOf(name));
    started.serve(this.#configs.values());
    this.#pods.set(name, started);
  }

  #clockOf(name: string): () => number {
    return () => START + this.#elapsed + (this.#jumps.get(name) ?? 0);
  }
}

function configOf(tenant: TenantKey, overrides: Partial<TenantConfig>): TenantConfig {
  const [namespace, name] = tenant.split('/') as [string, string];
  return aTenantConfig({ ...overrides, namespace, name });
}

describe('a book that is told what has changed', () => {
  test('knows and tells the same as one that reads every whole report, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 100, size: 'max' }), (steps) => {
        const world = new World();
        for (const each of steps) {
          const { known, wanted } = world.take(each);
          expect(known).toEqual(wanted);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('is told of no tenant twice while nothing happens, by two operators that know nothing of each other', () => {
    const world = new World();
    const polls = Array.from({ length: 6 }, (_, index) => ({ do: 'poll' as const, operator: index % 2, silent: [] }));
    for (const poll of polls) world.take(poll);
    // Each has asked each of the two pods three times.
    expect(world.operators.map(({ poller }) => poller.answers)).toEqual([
      { whole: 2, partial: 4, tenants: 2 * KEYS.length },
      { whole: 2, partial: 4, tenants: 2 * KEYS.length },
    ]);
  });
});
