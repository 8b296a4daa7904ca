export interface MemorySample {
  /** Name and number of the process: `operator-0 #3`. */
  readonly process: string;
  /** Milliseconds since the walk began. */
  readonly at: number;
  readonly bytes: number;
}

export interface MemoryVerdict {
  readonly process: string;
  readonly samples: number;
  /** Medians of both halves, in bytes. */
  readonly first: number;
  readonly second: number;
  readonly isFlat: boolean;
}

/** Fewer say nothing. */
const LEAST_SAMPLES = 12;
/** What a heap may take between two full collections without being a leak; see docs/performance.md for what a process has. */
const BREATH_BYTES = 16 * 1_048_576;
const SHARE = 1.2;

/**
 * Whether processes that lived through the time keep their memory: the median of its second half is at most a fifth and
 * 16 MiB above that of the first. A process that was started meanwhile or ended before the end is not judged.
 * @param time from the end of the warm-up to the end of the walk
 */
export function judgeMemory(
  samples: readonly MemorySample[],
  time: { readonly from: number; readonly to: number },
): readonly MemoryVerdict[] {
  const within = samples.filter(({ at }) => at >= time.from && at <= time.to);
  const middle = (time.from + time.to) / 2;
  const most = Math.max(0, ...[...Map.groupBy(within, ({ process }) => process).values()].map(({ length }) => length));
  return [...Map.groupBy(within, ({ process }) => process)].flatMap(([process, own]) => {
    // Stopped for some seconds it is asked all the same; one that lacks more was not there.
    if (own.length < LEAST_SAMPLES || own.length < most * 0.9) return [];
    const first = median(own.filter(({ at }) => at < middle).map(({ bytes }) => bytes));
    const second = median(own.filter(({ at }) => at >= middle).map(({ bytes }) => bytes));
    return [{ process, samples: own.length, first, second, isFlat: second <= first * SHARE + BREATH_BYTES }];
  });
}

export function auditMemory(verdicts: readonly MemoryVerdict[]): readonly string[] {
  return verdicts
    .filter(({ isFlat }) => !isFlat)
    .map(({ process, first, second }) => `the memory of ${process} grows: ${mebibytes(first)}, then ${mebibytes(second)}`);
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MiB`;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;
}
