import { setImmediate } from 'node:timers/promises';
import type { Position } from '../../domain/position.ts';
import type { PageRange } from '../../provisioning/store-range.ts';

/** Some ten milliseconds of work on the calling thread, after which others get their turn. */
const SCAN_PAGE = 500;

/** A place in the order of creation as parameters of a statement. */
export interface PlaceParameters extends Record<string, string | number> {
  readonly created_at: number;
  readonly id: string;
}

/** The first moment that a Date can hold (ECMA-262, section 21.4.1.1) and an id before all others. */
const BEGINNING: PlaceParameters = { created_at: -8.64e15, id: '' };

export function positionAfter(after: Position | null): PlaceParameters {
  return after === null ? BEGINNING : { created_at: after.createdAt.getTime(), id: after.id };
}

/** Whether a page is known to hold the last of all that match, so that nobody needs to count. */
export function isComplete(found: readonly unknown[], { offset, limit }: PageRange): boolean {
  return found.length < limit && (offset === 0 || found.length > 0);
}

/**
 * Pages of SCAN_PAGE, each begun after the last resource of the one before; no statement stays open between them.
 * @param expected how long the first page is when the reader will hardly look further
 */
export async function* scanPages<T extends Position>(
  start: PlaceParameters,
  expected: number | undefined,
  read: (place: PlaceParameters & { readonly limit: number }) => T[],
): AsyncGenerator<readonly T[]> {
  let place = start;
  let limit = Math.min(expected ?? SCAN_PAGE, SCAN_PAGE);
  for (;;) {
    const page = read({ ...place, limit });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < limit) return;
    place = positionAfter(last);
    limit = SCAN_PAGE;
    await setImmediate();
  }
}

/** Pages of what a list of ids names that is made once, for a lookup whose order no index has. */
export async function* chunksOf<Id, T>(ids: () => Id[], read: (ids: Id[]) => T[]): AsyncGenerator<readonly T[]> {
  const all = ids();
  for (let from = 0; from < all.length; from += SCAN_PAGE) {
    if (from > 0) await setImmediate();
    const page = read(all.slice(from, from + SCAN_PAGE));
    if (page.length > 0) yield page;
  }
}
