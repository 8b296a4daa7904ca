import type { FilterNode } from '#common/scim/filter-tree.ts';
import { findAttribute, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { resolveFilterPath } from '../scim/filter/resolve-filter-path.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { GroupLookup } from './group-lookup.ts';
import type { UserLookup } from './user-lookup.ts';

export interface LookupPlan<L> {
  /** What the store reads by. */
  readonly lookup: L;
  /**
   * Lookups that must find a resource too: memberships aren't kept in resources, so no filter can judge them.
   */
  readonly also: readonly L[];
  /** What else must match, as a filter on the resource itself; null when the lookups say it all. */
  readonly residual: FilterNode | null;
}

type Keyed<By extends string> = Readonly<{ by: By; value: string }>;

/** How one resource type is looked up. */
interface Lookups<By extends string> {
  /** Core attributes that a store finds by exactly, and whether the comparison alone says it all. The one that finds the fewest is first. */
  readonly keys: readonly Readonly<{ attribute: string; by: By; exact: boolean }>[];
  /** The attribute that stands for memberships. */
  readonly relation: Readonly<{ attribute: string; by: By; of: string }>;
}

const USERS: Lookups<Exclude<UserLookup['by'], 'all'>> = {
  keys: [
    { attribute: 'id', by: 'id', exact: true },
    { attribute: 'userName', by: 'userName', exact: true },
    { attribute: 'externalId', by: 'externalId', exact: true },
    // The store looks at all addresses that it holds; which of them count (type, still selected) the filter itself says.
    { attribute: 'emails', by: 'email', exact: false },
  ],
  relation: { attribute: 'groups', by: 'group', of: 'a group' },
};

const GROUPS: Lookups<Exclude<GroupLookup['by'], 'all'>> = {
  keys: [
    { attribute: 'id', by: 'id', exact: true },
    { attribute: 'displayName', by: 'displayName', exact: true },
    { attribute: 'externalId', by: 'externalId', exact: true },
  ],
  relation: { attribute: 'members', by: 'member', of: 'a user or group' },
};

/**
 * Turns a filter on users into what a store can look up and what is left to be judged resource by resource. Conditions that
 * are joined by `and` at the top decide the lookup; without one among them everybody is looked at.
 * @param filter null asks for everyone
 * @throws ScimError 400 invalidFilter when an unknown attribute, or `groups` in another place, is met
 */
export function planUserLookup(filter: FilterNode | null, schemas: SchemaSet): LookupPlan<UserLookup> {
  return plan<Exclude<UserLookup['by'], 'all'>>(filter, schemas, USERS);
}

/** As planUserLookup for groups, whose memberships are `members`. */
export function planGroupLookup(filter: FilterNode | null, schemas: SchemaSet): LookupPlan<GroupLookup> {
  return plan<Exclude<GroupLookup['by'], 'all'>>(filter, schemas, GROUPS);
}

interface Leaf<By extends string> {
  readonly node: FilterNode;
  /** null for one that only a filter can judge. */
  readonly lookup: Keyed<By> | null;
}

function plan<By extends string>(
  filter: FilterNode | null,
  schemas: SchemaSet,
  lookups: Lookups<By>,
): LookupPlan<Keyed<By> | { readonly by: 'all' }> {
  const leaves = (filter === null ? [] : conjuncts(filter)).map((node): Leaf<By> => ({ node, lookup: lookupOf(node, schemas, lookups) }));
  const relations = leaves.map(({ lookup }) => lookup).filter((lookup) => lookup?.by === lookups.relation.by);
  const rest = leaves.filter(({ lookup }) => lookup?.by !== lookups.relation.by);
  for (const { node } of rest) assertNoRelation(node, schemas, lookups);

  for (const { by, exact } of lookups.keys) {
    const found = rest.find(({ lookup }) => lookup?.by === by);
    if (!found?.lookup) continue;
    const residual = exact ? rest.filter((leaf) => leaf !== found) : rest;
    return { lookup: found.lookup, also: relations.filter((lookup) => lookup !== null), residual: conjunction(residual) };
  }
  const [first, ...also] = relations.filter((lookup) => lookup !== null);
  return { lookup: first ?? { by: 'all' }, also, residual: conjunction(rest) };
}

function conjuncts(filter: FilterNode): readonly FilterNode[] {
  return filter.kind === 'and' ? filter.operands.flatMap(conjuncts) : [filter];
}

function conjunction(leaves: readonly Leaf<string>[]): FilterNode | null {
  const operands = leaves.map(({ node }) => node);
  const [first, ...others] = operands;
  if (first === undefined) return null;
  return others.length === 0 ? first : { kind: 'and', operands };
}

function lookupOf<By extends string>(leaf: FilterNode, schemas: SchemaSet, lookups: Lookups<By>): Keyed<By> | null {
  if (leaf.kind === 'compare') return keyedBy(resolveFilterPath(leaf.path, schemas), leaf, lookups);
  if (leaf.kind !== 'valuePath') return null;
  // `emails[type eq "work" and value eq "…"]` is also what `emails[type eq "work"].value eq "…"` is parsed to.
  const { attribute, ...place } = resolveFilterPath(leaf.path, schemas);
  const inner = conjuncts(leaf.filter);
  // Of a membership nothing but its id can be asked.
  if (attribute.name === lookups.relation.attribute && inner.length > 1) return null;
  for (const node of inner) {
    if (node.kind !== 'compare') continue;
    const subAttribute = findAttribute(attribute.subAttributes ?? [], node.path.attribute);
    const lookup = subAttribute && keyedBy({ ...place, attribute, subAttribute }, node, lookups);
    if (lookup) return lookup;
  }
  return null;
}

function keyedBy<By extends string>(
  { extension, attribute, subAttribute }: ResolvedPath,
  { operator, value }: Extract<FilterNode, { kind: 'compare' }>,
  { keys, relation }: Lookups<By>,
): Keyed<By> | null {
  if (extension || operator !== 'eq') return null;
  // Unquoted digits are tolerated as the filter's own comparison tolerates them.
  if (typeof value !== 'string' && !(typeof value === 'number' && Number.isSafeInteger(value))) return null;
  // A complex attribute stands for its `value` (RFC 7643 section 2.4).
  if (subAttribute !== null && subAttribute.name !== 'value') return null;
  const key = [relation, ...keys].find((candidate) => candidate.attribute === attribute.name);
  // Nothing is stored that isn't Unicode (see readScalar), and stores would each take half a surrogate pair for something else.
  return key ? { by: key.by, value: String(value).toWellFormed() } : null;
}

/** @throws ScimError invalidFilter when memberships are asked for in a place where no lookup can answer */
function assertNoRelation<By extends string>(node: FilterNode, schemas: SchemaSet, lookups: Lookups<By>): void {
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const operand of node.operands) assertNoRelation(operand, schemas, lookups);
      return;
    case 'not':
      assertNoRelation(node.operand, schemas, lookups);
      return;
    case 'compare':
    case 'present':
    case 'valuePath':
    default: {
      const { extension, attribute } = resolveFilterPath(node.path, schemas);
      if (!extension && attribute.name === lookups.relation.attribute) throw unsupportedRelation(lookups);
    }
  }
}

function unsupportedRelation({ relation: { attribute, of } }: Lookups<string>): ScimError {
  return new ScimError(
    400,
    'invalidFilter',
    `${attribute} can be searched as ${attribute}.value eq "<id of ${of}>" only, alone or joined with other conditions by and`,
  );
}
