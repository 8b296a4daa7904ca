import type { PagePlace } from './cursor.ts';
import type { SortEntry } from './sort-keys.ts';
import type { Stored } from './search-target.ts';

/** The part of a list that a request is about. */
export type Window =
  | { readonly from: 'index'; readonly offset: number; readonly limit: number }
  | { readonly from: 'start'; readonly limit: number }
  | { readonly from: 'place'; readonly place: PagePlace; readonly limit: number };

/** Resources of one page, and what there is on both sides of it. */
export interface FoundPage<R> {
  readonly totalResults: number;
  readonly resources: readonly R[];
  /** The first one of the page; null when nothing is before it. */
  readonly previous: SortEntry | null;
  /** The last one of the page; null when nothing is after it. */
  readonly next: SortEntry | null;
}

/** An entry of a list in the order of creation. */
export function entryOf({ id, createdAt }: Stored): SortEntry {
  return { key: null, createdAt: createdAt.getTime(), id };
}
