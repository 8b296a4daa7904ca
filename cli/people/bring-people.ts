import { waitUnlessAborted } from '#common/wait.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { bringPerson, type BringParts, type Outcome } from './bring-person.ts';
import type { Candidate } from './identify-person.ts';
import type { InputLine } from './read-lines.ts';
import { messageOf } from '../thrown.ts';
import type { Identify, Survey } from './survey-people.ts';

/** How a store of one server and its client are kept busy, without taking the service's turn. */
const AT_ONCE = 16;

/** Waits after a store did not answer: a failover of MongoDB takes seconds, a lock on an SQLite file less. */
const RETRY_WAITS_MS = [250, 1_000, 4_000, 8_000];

export interface Result {
  readonly counts: Readonly<Record<'created' | 'changed' | 'unchanged' | 'linked', number>>;
  readonly refused: ReadonlyMap<number, string>;
  /** Why it did not come to the end; null when it did. */
  readonly stopped: Error | null;
}

/**
 * Brings the people of all lines that the survey left, in the order of the file but for a few at a time. Each is done whole
 * or not at all, so it can be stopped anywhere and begun anew.
 */
export async function bringPeople(
  input: AsyncIterable<InputLine>,
  { survey, identify, ...parts }: BringParts & { readonly survey: Survey; readonly identify: Identify },
  signal: AbortSignal,
): Promise<Result> {
  const counts = { created: 0, changed: 0, unchanged: 0, linked: 0 };
  const refused = new Map(survey.refused);
  const enter = (line: number, outcome: Outcome): void => {
    if (typeof outcome === 'string') counts[outcome] += 1;
    else refused.set(line, outcome.problem);
  };
  let batch: (readonly [line: number, candidate: Candidate])[] = [];
  const flush = async (): Promise<Error | null> => {
    const lines = batch;
    batch = [];
    try {
      await patiently(() => parts.linked.catchUp(), signal);
    } catch (error) {
      return errorOf(error);
    }
    const settled = await Promise.allSettled(
      lines.map(async ([line, candidate]) => enter(line, await patiently(() => bringPerson(parts, candidate), signal))),
    );
    const failure = settled.find((outcome) => outcome.status === 'rejected');
    return failure ? errorOf(failure.reason) : null;
  };
  for await (const line of input) {
    if (signal.aborted) return { counts, refused, stopped: new Error('it was interrupted') };
    if (survey.refused.has(line.number)) continue;
    const candidate = identify(line);
    if ('problem' in candidate) refused.set(line.number, candidate.problem);
    else batch.push([line.number, candidate]);
    if (batch.length < AT_ONCE) continue;
    const begin = performance.now();
    const error = await flush();
    if (error) return { counts, refused, stopped: error };
    // As long again: the programs' writes wait for the same file, and find no turn between two batches.
    await waitUnlessAborted(performance.now() - begin, signal);
  }
  return { counts, refused, stopped: await flush() };
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(messageOf(thrown), { cause: thrown });
}

async function patiently<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const wait of RETRY_WAITS_MS) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || signal.aborted) throw error;
      await waitUnlessAborted(wait, signal);
    }
  }
  return act();
}
