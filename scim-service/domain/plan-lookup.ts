import type { AttributePath, CompareValue, FilterNode } from '#common/scim/filter-tree.ts';
import { findAttribute, resolveValuePath, type ResolvedPath } from '#common/scim/resolve-path.ts';
import { printAttributePath, printFilter } from '#common/scim/print.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { UserLookup } from './user-lookup.ts';

type Compare = Extract<FilterNode, { kind: 'compare' }>;
type KeyedLookup = Exclude<UserLookup, { by: 'all' }>;

const ACCEPTED =
  'accepted are comparisons with eq, joined by and, of which one at least is on userName, externalId, id or emails.value, ' +
  'for example userName eq "ada@example.com"';

/** From the key that names at most one person to the one that may name several. */
const PREFERENCE: readonly KeyedLookup['by'][] = ['id', 'userName', 'externalId', 'email'];

export interface LookupPlan {
  readonly lookup: UserLookup;
  /** What a person found by the lookup must match still; null when the lookup is the whole filter. */
  readonly residual: FilterNode | null;
}

/**
 * Turns a filter into one keyed read of the store and a filter for what it finds.
 * @param filter null asks for everyone
 * @throws ScimError 400 invalidFilter for a filter that would need a scan, and for unknown attributes
 */
export function planLookup(filter: FilterNode | null, schemas: SchemaSet): LookupPlan {
  if (filter === null) return { lookup: { by: 'all' }, residual: null };
  const leaves = conjuncts(filter);
  const lookups = leaves.map((leaf) => ({ leaf, lookup: lookupOf(leaf, filter, schemas) }));
  for (const by of PREFERENCE) {
    const found = lookups.find(({ lookup }) => lookup?.by === by);
    if (!found?.lookup) continue;
    // The store looks at all addresses that it holds; which of them count (type, still selected) the leaf itself says.
    const residual = by === 'email' ? leaves : leaves.filter((leaf) => leaf !== found.leaf);
    return { lookup: found.lookup, residual: conjunction(residual) };
  }
  throw unsupported(filter);
}

function conjuncts(filter: FilterNode): readonly FilterNode[] {
  return filter.kind === 'and' ? filter.operands.flatMap(conjuncts) : [filter];
}

function conjunction(operands: readonly FilterNode[]): FilterNode | null {
  const [first, ...others] = operands;
  if (first === undefined) return null;
  return others.length === 0 ? first : { kind: 'and', operands };
}

/** @returns null for a leaf that is accepted and can't be looked up */
function lookupOf(leaf: FilterNode, filter: FilterNode, schemas: SchemaSet): KeyedLookup | null {
  if (leaf.kind === 'compare') return comparisonLookup(leaf, filter, resolve(leaf.path, schemas));
  if (leaf.kind === 'valuePath') return valuePathLookup(leaf, filter, resolve(leaf.path, schemas));
  throw unsupported(filter);
}

function comparisonLookup(leaf: Compare, filter: FilterNode, { extension, attribute, subAttribute }: ResolvedPath): KeyedLookup | null {
  if (leaf.operator !== 'eq') throw unsupported(filter);
  if (extension) return null;
  switch (attribute.name) {
    case 'id':
    case 'userName':
    case 'externalId':
      return keyedBy(attribute.name, leaf.value, filter);
    case 'emails':
      return subAttribute === null || subAttribute.name === 'value' ? keyedBy('email', leaf.value, filter) : null;
    default:
      return null;
  }
}

/** `emails[type eq "work" and value eq "…"]`, which is also how `emails[type eq "work"].value eq "…"` is parsed. */
function valuePathLookup(
  leaf: Extract<FilterNode, { kind: 'valuePath' }>,
  filter: FilterNode,
  { extension, attribute }: ResolvedPath,
): KeyedLookup | null {
  let lookup: KeyedLookup | null = null;
  for (const inner of conjuncts(leaf.filter)) {
    if (inner.kind !== 'compare' || inner.operator !== 'eq') throw unsupported(filter);
    const name = inner.path.attribute;
    const definition = findAttribute(attribute.subAttributes ?? [], name);
    if (definition === null) throw unknownAttribute(`${attribute.name}.${name}`);
    if (!extension && attribute.name === 'emails' && definition.name === 'value') lookup = keyedBy('email', inner.value, filter);
  }
  return lookup;
}

function keyedBy(by: KeyedLookup['by'], value: CompareValue, filter: FilterNode): KeyedLookup {
  if (typeof value === 'string') return { by, value };
  // An unquoted number is tolerated as unquoted text is, as long as printing gives back what the client wrote.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return { by, value: String(value) };
  throw unsupported(filter);
}

function resolve(path: AttributePath, schemas: SchemaSet): ResolvedPath {
  const { schema, attribute, subAttribute } = path;
  const resolved = resolveValuePath({ schema, attribute, filter: null, subAttribute }, schemas);
  if (resolved === null) throw unknownAttribute(printAttributePath(path));
  return resolved;
}

function unknownAttribute(name: string): ScimError {
  return new ScimError(400, 'invalidFilter', `${JSON.stringify(name.slice(0, 100))} is not an attribute of a User in this tenant`);
}

function unsupported(filter: FilterNode): ScimError {
  return new ScimError(400, 'invalidFilter', `filter ${JSON.stringify(printFilter(filter).slice(0, 200))} is not supported; ${ACCEPTED}`);
}
