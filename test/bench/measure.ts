import { BenchServer } from './bench-server.ts';
import type { LoadResult } from './closed-loop.ts';
import type { StoreAddress } from './open-store.ts';
import type { Scenario, Side } from './scenarios.ts';

interface ProcessorTime {
  /** Microseconds of processor time for each request; what else the machine does hardly shows in it. */
  readonly cpu: number;
}

export interface Row {
  /** Operations a second, the median over all turns; p50 and p99 in milliseconds likewise. */
  readonly service: Pick<LoadResult, 'perSecond' | 'p50' | 'p99'> & ProcessorTime;
  readonly floor: Pick<LoadResult, 'perSecond'> & ProcessorTime;
  /** Median of the turns' ratios. */
  readonly ratio: number;
  /** Resident memory of the service afterwards, in bytes. */
  readonly rss: number;
  /** Answers of either side that had another status than they should; empty when all is well. */
  readonly wrong: readonly string[];
}

export interface MeasureOptions {
  readonly users: number;
  readonly address: StoreAddress;
  /** Of each side. */
  readonly seconds: number;
}

/** Long enough for the code to be compiled by the time that counts. */
const WARM_UP_SECONDS = 2;

/** Turns of each side. What else the machine does hits both sides alike, and a turn that was hit hard is not the median. */
const TURNS = 5;

/** Service and floor, each in a fresh process on the same store, take short turns, so that they meet the same machine. */
export async function measure(scenario: Scenario, options: MeasureOptions): Promise<Row> {
  await using stack = new AsyncDisposableStack();
  const floor = stack.use(await BenchServer.start('floor', scenario, options));
  const service = stack.use(await BenchServer.start('service', scenario, options));
  await floor.load(WARM_UP_SECONDS);
  await service.load(WARM_UP_SECONDS);
  const before = { floor: await floor.usage(), service: await service.usage() };
  const turns: { floor: LoadResult; service: LoadResult }[] = [];
  for (let turn = 0; turn < TURNS; turn++) {
    turns.push({ floor: await floor.load(options.seconds / TURNS), service: await service.load(options.seconds / TURNS) });
  }
  const after = { floor: await floor.usage(), service: await service.usage() };
  const cpuOf = (side: Side): number => (after[side].cpu - before[side].cpu) / turns.reduce((sum, turn) => sum + turn[side].operations, 0);
  const medianOf = (pick: (turn: (typeof turns)[number]) => number): number => median(turns.map(pick));
  return {
    service: {
      perSecond: medianOf((turn) => turn.service.perSecond),
      p50: medianOf((turn) => turn.service.p50),
      p99: medianOf((turn) => turn.service.p99),
      cpu: cpuOf('service'),
    },
    floor: { perSecond: medianOf((turn) => turn.floor.perSecond), cpu: cpuOf('floor') },
    ratio: medianOf((turn) => turn.service.perSecond / turn.floor.perSecond),
    rss: after.service.rss,
    wrong: (['floor', 'service'] as const).flatMap((side) =>
      turns
        .map((turn) => turn[side].statuses)
        .filter((statuses) => Object.keys(statuses).some((status) => Number(status) !== scenario.status))
        .map((statuses) => `${scenario.name}: ${side} answered ${JSON.stringify(statuses)}`),
    ),
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
