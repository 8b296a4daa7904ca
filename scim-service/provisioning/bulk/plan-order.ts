import { ScimError } from '../../scim/scim-error.ts';
import { findCircles, type Component } from './find-circles.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/** Operations that are done together: one alone, or all POSTs of a circle, in the client's order. */
export interface Step {
  readonly members: readonly PreparedOperation[];
  /** The members refer to each other, or the one to itself. */
  readonly circular: boolean;
}

/**
 * Puts operations into the order in which they are done (RFC 7644 section 3.7: another one than the client's is fine as long
 * as the result is what the client meant). A reference waits for the POST that it means. Everything else keeps the client's
 * order, and above all: operations that change one resource, or change and mention it, don't overtake each other, unless a
 * reference demands it.
 */
export function planOrder(operations: readonly PreparedOperation[]): readonly Step[] {
  const creators = new Map<string, number>();
  for (const [index, { operation }] of operations.entries()) {
    if (operation.method === 'POST' && operation.bulkId !== null) creators.set(operation.bulkId, index);
  }
  const needed = operations.map(({ references }) => [...references].flatMap((bulkId) => creators.get(bulkId) ?? []));
  return schedule(findCircles(needed), needed, earlierOnSameResource(operations)).map(({ members, circular }) => ({
    members: members.flatMap((index) => operations[index] ?? []),
    circular,
  }));
}

/** For each operation those before it that it must not overtake: of two on one resource, one changes it. */
function earlierOnSameResource(operations: readonly PreparedOperation[]): readonly (readonly number[])[] {
  const changed = operations.map(({ operation, endpoint }) =>
    operation.method === 'POST' || endpoint instanceof ScimError ? null : endpoint.id,
  );
  const all = new Set(changed);
  const lastChange = new Map<string, number>();
  const mentionsSince = new Map<string, number[]>();
  return operations.map(({ texts }, index) => {
    const earlier: number[] = [];
    const resource = changed[index] ?? null;
    for (const id of texts) {
      if (!all.has(id) || id === resource) continue;
      const change = lastChange.get(id);
      if (change !== undefined) earlier.push(change);
      const mentions = mentionsSince.get(id) ?? [];
      mentions.push(index);
      mentionsSince.set(id, mentions);
    }
    if (resource !== null) {
      const change = lastChange.get(resource);
      earlier.push(...(change === undefined ? [] : [change]), ...(mentionsSince.get(resource) ?? []));
      lastChange.set(resource, index);
      mentionsSince.delete(resource);
    }
    return earlier;
  });
}

/** A component that has not had its turn, with how many others it waits for. */
interface Waiting {
  readonly component: Component;
  /** A circle stands where its last member stood: what the client did before any of them has been done by then. */
  readonly position: number;
  needs: number;
  follows: number;
  readonly needers: Waiting[];
  readonly followers: Waiting[];
}

type Edges = readonly (readonly number[])[];

/**
 * @param needed what must be done before each index
 * @param earlier what should be done before it, where that is possible
 */
function schedule(components: readonly Component[], needed: Edges, earlier: Edges): readonly Component[] {
  const waiting = components.map((component): Waiting => {
    return { component, position: Math.max(...component.members), needs: 0, follows: 0, needers: [], followers: [] };
  });
  waiting.sort((left, right) => left.position - right.position);
  const waitingOf = new Map(waiting.flatMap((entry) => entry.component.members.map((member) => [member, entry] as const)));
  for (const entry of waiting) {
    for (const before of othersOf(entry, needed, waitingOf)) {
      entry.needs += 1;
      before.needers.push(entry);
    }
    for (const before of othersOf(entry, earlier, waitingOf)) {
      entry.follows += 1;
      before.followers.push(entry);
    }
  }
  const order: Component[] = [];
  while (waiting.length > 0) {
    const free = waiting.findIndex(({ needs, follows }) => needs === 0 && follows === 0);
    // No component needs itself, so there is always one that needs nothing more.
    const [next] = waiting.splice(free === -1 ? waiting.findIndex(({ needs }) => needs === 0) : free, 1);
    if (next === undefined) break;
    order.push(next.component);
    for (const entry of next.needers) entry.needs -= 1;
    for (const entry of next.followers) entry.follows -= 1;
  }
  return order;
}

function othersOf(entry: Waiting, edges: Edges, waitingOf: ReadonlyMap<number, Waiting>): ReadonlySet<Waiting> {
  const found = new Set<Waiting>();
  for (const member of entry.component.members) {
    for (const other of edges[member] ?? []) {
      const before = waitingOf.get(other);
      if (before !== undefined && before !== entry) found.add(before);
    }
  }
  return found;
}
