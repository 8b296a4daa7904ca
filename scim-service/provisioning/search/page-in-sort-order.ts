import type { LookupPlan } from '../../domain/plan-lookup.ts';
import { MAX_RESULTS } from '../../scim/discovery/service-provider-config.ts';
import { ScimError } from '../../scim/scim-error.ts';
import { entryOf, type FoundPage, type Window } from './found-page.ts';
import { matchingResources, type Matching } from './matching-resources.ts';
import type { SearchTarget, Stored } from './search-target.ts';
import type { Sort, SortEntry } from './sort-keys.ts';

/** Most resources that are sorted; their keys take some 20 MB. */
const MAX_SORTED = 100_000;

/**
 * One page of a sorted list. All that matches is looked at for every page, and of each resource the key is held.
 * @throws ScimError 400 tooMany for more than MAX_SORTED
 */
export async function pageInSortOrder<R extends Stored, L>(
  target: SearchTarget<R, L>,
  plan: LookupPlan<L>,
  sort: Sort,
  window: Window,
): Promise<FoundPage<R>> {
  const matching = matchingResources(target, plan);
  if (matching.isExact) assertFew((await target.find(plan.lookup, { offset: 0, limit: 0 })).totalResults);
  const { entries, held } = await sortedEntries(target, matching, sort);
  const [start, end] = rangeOf(entries, sort, window);
  const page = entries.slice(start, end);
  // What was read is better than what would be read now; what is read now may be gone or match no more.
  const resources = await Promise.all(page.map(async ({ id }) => held.get(id) ?? current(target, matching, id)));
  return {
    totalResults: entries.length,
    resources: resources.filter((resource) => resource !== null),
    previous: start > 0 ? (page[0] ?? null) : null,
    next: end < entries.length ? (page.at(-1) ?? null) : null,
  };
}

/** @returns `held`: the resources themselves by id, as long as they are no more than one page */
async function sortedEntries<R extends Stored, L>(
  target: SearchTarget<R, L>,
  matching: Matching<R>,
  sort: Sort,
): Promise<{ readonly entries: readonly SortEntry[]; readonly held: ReadonlyMap<string, R> }> {
  const entries: SortEntry[] = [];
  const held = new Map<string, R>();
  for await (const batch of matching.scan(null)) {
    for (const resource of batch) {
      entries.push({ ...entryOf(resource), key: sort.keyOf(target.represent(resource)) });
      if (entries.length <= MAX_RESULTS) held.set(resource.id, resource);
    }
    assertFew(entries.length);
    if (entries.length > MAX_RESULTS) held.clear();
  }
  return { entries: entries.sort(sort.compare), held };
}

function assertFew(matches: number): void {
  if (matches <= MAX_SORTED) return;
  throw new ScimError(400, 'tooMany', `more than ${MAX_SORTED} resources match, too many to sort; leave out sortBy, or filter for fewer`);
}

function rangeOf(entries: readonly SortEntry[], { compare }: Sort, window: Window): [start: number, end: number] {
  const { limit } = window;
  if (window.from !== 'place') {
    const start = Math.min(window.from === 'index' ? window.offset : 0, entries.length);
    return [start, Math.min(start + limit, entries.length)];
  }
  const { side, entry } = window.place;
  const reached = entries.findIndex((other) => (side === 'after' ? compare(other, entry) > 0 : compare(other, entry) >= 0));
  const place = reached === -1 ? entries.length : reached;
  if (side === 'after') return [place, Math.min(place + limit, entries.length)];
  // When all that was before has gone, what comes now is the first page.
  return place === 0 ? [0, Math.min(limit, entries.length)] : [Math.max(0, place - limit), place];
}

async function current<R extends Stored, L>(target: SearchTarget<R, L>, matching: Matching<R>, id: string): Promise<R | null> {
  const resource = await target.findById(id);
  return resource !== null && matching.matches(resource) ? resource : null;
}
