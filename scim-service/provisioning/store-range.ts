import type { FilterNode } from '#common/scim/filter-tree.ts';
import type { Position } from '../domain/position.ts';

/** `offset` counts from 0; `limit` 0 asks for the total alone. */
export interface PageRange {
  readonly offset: number;
  readonly limit: number;
}

/**
 * Where a scan begins and what it may leave out. What is there, and matches, all through a scan is given exactly once;
 * what comes, goes or changes meanwhile may be given or not. No lock or cursor is held while the reader works on a page.
 */
export interface ScanOptions {
  /** Begins with the first after this place; null at the beginning. */
  readonly after: Position | null;
  /** A store may leave out what can't match this filter, and may as well ignore it: the caller judges each resource. */
  readonly narrow: FilterNode | null;
  /** How many the reader will look at, most likely, so that the first page needs be no longer. A hint. */
  readonly expected?: number;
}
