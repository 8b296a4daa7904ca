/** Indexes that depend on each other, or one alone. */
export interface Component {
  /** In rising order. */
  readonly members: readonly number[];
  /** Whether the members depend on each other, or the one on itself. */
  readonly circular: boolean;
}

/**
 * Puts together what depends on itself through others (Tarjan's strongly connected components). Recurses as deep as references chain, at most once for each operation.
 * @param needed for each index the indexes that it depends on
 */
export function findCircles(needed: readonly (readonly number[])[]): readonly Component[] {
  const components: Component[] = [];
  const orderOf = new Map<number, number>();
  const open: number[] = [];
  const closed = new Set<number>();

  /** @returns the least order that the node reaches among open ones */
  function visit(node: number): number {
    const order = orderOf.size;
    orderOf.set(node, order);
    open.push(node);
    let least = order;
    for (const next of needed[node] ?? []) {
      if (closed.has(next)) continue;
      least = Math.min(least, orderOf.get(next) ?? visit(next));
    }
    if (least < order) return least;
    const members = open.splice(open.lastIndexOf(node)).sort((left, right) => left - right);
    for (const member of members) closed.add(member);
    components.push({ members, circular: members.length > 1 || (needed[node] ?? []).includes(node) });
    return least;
  }

  for (const node of needed.keys()) if (!orderOf.has(node)) visit(node);
  return components;
}
