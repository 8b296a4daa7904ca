import { setImmediate } from 'node:timers/promises';
import type { LookupPlan } from '../../domain/plan-lookup.ts';
import type { Position } from '../../domain/position.ts';
import { compileFilter } from '../../scim/filter/evaluate-filter.ts';
import type { SearchTarget, Stored } from './search-target.ts';

/** All resources that a search is about. */
export interface Matching<R> {
  /** Whether the store's lookup says it all, so that its pages and totals are the answer. */
  readonly isExact: boolean;
  /**
   * Those that match, in the order of creation, in batches that may be empty. Stop when enough was seen.
   * @param after begins with the first after this place; null at the beginning
   * @param expected how many will be looked at; all of them when it isn't given
   */
  scan(after: Position | null, expected?: number): AsyncIterable<readonly R[]>;
  /** Whether a resource that was read later than the scan matches still, as far as its own content says. */
  matches(resource: R): boolean;
}

/**
 * The evaluator is the only judge of what a filter means, whatever the store: the store narrows, and here it is decided.
 * @throws ScimError 400 invalidFilter
 */
export function matchingResources<R extends Stored, L>(target: SearchTarget<R, L>, plan: LookupPlan<L>): Matching<R> {
  const { lookup, also, residual } = plan;
  // Compiled at once, so that a wrong filter is refused whether or not anything is found.
  const test = residual && compileFilter(residual, target.schemas);
  const matches = (resource: R): boolean => test === null || test(target.represent(resource));
  const isExact = residual === null && also.length === 0;
  return {
    isExact,
    matches,
    async *scan(after, expected) {
      // How many must be read to find that many is unknown where there is more to judge.
      const hint = isExact && expected !== undefined ? { expected } : {};
      for await (const batch of target.scan(lookup, { after, narrow: residual, ...hint })) {
        let found: readonly R[] = residual === null ? batch : await filterInTurns(batch, matches);
        for (const other of also) {
          const related = found.length === 0 ? new Set<string>() : await target.related(found, other);
          found = found.filter(({ id }) => related.has(id));
        }
        yield found;
      }
    },
  };
}

/** Milliseconds for which one search may keep the thread. */
const TURN = 10;

/**
 * The batch's resources that match. A long filter on a person with a thousand values takes as long as a hundred requests, so
 * others are let in between.
 */
async function filterInTurns<R>(batch: readonly R[], matches: (resource: R) => boolean): Promise<readonly R[]> {
  const found: R[] = [];
  let begun = performance.now();
  for (const resource of batch) {
    if (matches(resource)) found.push(resource);
    if (performance.now() - begun < TURN) continue;
    await setImmediate();
    begun = performance.now();
  }
  return found;
}
