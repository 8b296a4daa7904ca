import type { LookupPlan } from '../../domain/plan-lookup.ts';
import { entryOf, type FoundPage, type Window } from './found-page.ts';
import { matchingResources, type Matching } from './matching-resources.ts';
import type { SearchTarget, Stored } from './search-target.ts';
import type { SortEntry } from './sort-keys.ts';

/**
 * One page of a list that isn't sorted, so that nothing but the page is held. What a store answers by itself is one read;
 * else the total costs a scan of all that the lookup finds. A page by cursor goes on where the last one ended.
 */
export async function pageInCreationOrder<R extends Stored, L>(
  target: SearchTarget<R, L>,
  plan: LookupPlan<L>,
  window: Window,
): Promise<FoundPage<R>> {
  const matching = matchingResources(target, plan);
  if (window.from === 'place') {
    const { place, limit } = window;
    const page = place.side === 'after' ? await pageAfter(matching, place.entry, limit) : await pageBefore(matching, place.entry, limit);
    return { totalResults: place.totalResults, ...page };
  }
  const offset = window.from === 'index' ? window.offset : 0;
  const { limit } = window;
  const { totalResults, resources } = matching.isExact
    ? await target.find(plan.lookup, { offset, limit })
    : await pageAt(matching, offset, limit);
  return { totalResults, resources, previous: null, next: totalResults > offset + resources.length ? lastOf(resources) : null };
}

async function pageAt<R>(matching: Matching<R>, offset: number, limit: number): Promise<{ totalResults: number; resources: R[] }> {
  const resources: R[] = [];
  let totalResults = 0;
  for await (const batch of matching.scan(null)) {
    for (const resource of batch) {
      if (totalResults >= offset && resources.length < limit) resources.push(resource);
      totalResults += 1;
    }
  }
  return { totalResults, resources };
}

type Page<R> = Omit<FoundPage<R>, 'totalResults'>;

async function pageAfter<R extends Stored>(matching: Matching<R>, { createdAt, id }: SortEntry, limit: number): Promise<Page<R>> {
  const found: R[] = [];
  for await (const batch of matching.scan({ createdAt: new Date(createdAt), id }, limit + 1)) {
    found.push(...batch.slice(0, limit + 1 - found.length));
    if (found.length > limit) break;
  }
  const resources = found.slice(0, limit);
  return { resources, previous: firstOf(resources), next: found.length > limit ? lastOf(resources) : null };
}

/** Stores list forwards alone, so that a page back costs a scan up to it. */
async function pageBefore<R extends Stored>(matching: Matching<R>, end: SortEntry, limit: number): Promise<Page<R>> {
  let resources: R[] = [];
  let seen = 0;
  for await (const batch of matching.scan(null)) {
    const before = batch.filter((resource) => isBefore(resource, end));
    seen += before.length;
    resources = [...resources, ...before].slice(-limit);
    if (before.length < batch.length) break;
  }
  if (resources.length > 0) return { resources, previous: seen > limit ? firstOf(resources) : null, next: lastOf(resources) };
  // All that was there has gone, so that what comes now is the first page.
  const page = await pageAt(matching, 0, limit);
  return { resources: page.resources, previous: null, next: page.totalResults > page.resources.length ? lastOf(page.resources) : null };
}

function isBefore({ createdAt, id }: Stored, end: SortEntry): boolean {
  const time = createdAt.getTime();
  return time < end.createdAt || (time === end.createdAt && id < end.id);
}

function firstOf(resources: readonly Stored[]): SortEntry | null {
  const [first] = resources;
  return first ? entryOf(first) : null;
}

function lastOf(resources: readonly Stored[]): SortEntry | null {
  const last = resources.at(-1);
  return last ? entryOf(last) : null;
}
