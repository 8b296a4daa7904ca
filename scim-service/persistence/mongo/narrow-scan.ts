import type { AttributePath, CompareOperator, FilterNode } from '#common/scim/filter-tree.ts';
import { ENTERPRISE_USER_SCHEMA } from '#common/scim/enterprise-user-schema.ts';
import { findAttribute, resolveValuePath, type ResolvedPath } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition, SchemaSet } from '#common/scim/schema.ts';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';
import { GROUP_SCHEMAS } from '../../domain/group-model.ts';
import { literalComparand } from '../../scim/filter/comparand.ts';
import { encodeKey } from './key-encoding.ts';
import type { Query } from './resource-reader.ts';

type Compare = Extract<FilterNode, { kind: 'compare' }>;

/**
 * A query that every resource fulfils which matches a filter, and others may too: it spares reading some, and the
 * evaluator alone judges. Null where nothing is known.
 */
type Narrowing = {
  readonly query: Query;
  /** Whether none fulfils it that doesn't match, so that the opposite holds for the opposite. */
  readonly isExact: boolean;
} | null;

/** What is known of one resource type. */
interface Place {
  readonly schemas: SchemaSet;
  /** Fields that hold what an attribute is compared as, so that eq is equality there. */
  readonly keys: Readonly<Record<string, string>>;
  /**
   * Whether the evaluator sees all that is stored of an attribute. Of most a mapping that was changed since may take less, so
   * that what is stored tells nothing about what isn't there.
   */
  readonly isWhole: (attribute: string) => boolean;
}

/**
 * Names mean the same for every tenant when the core or the enterprise schema has them; extensions of a tenant's own come
 * after these, and narrow nothing.
 */
const USERS: Place = {
  schemas: { core: CORE_USER_SCHEMA, extensions: [ENTERPRISE_USER_SCHEMA] },
  keys: { id: '_id', userName: 'userNameKey', externalId: 'externalId', 'emails.value': 'emailKeys' },
  isWhole: (attribute) => ['id', 'userName', 'externalId', 'active', 'meta'].includes(attribute),
};

const GROUPS: Place = {
  schemas: GROUP_SCHEMAS,
  keys: { id: '_id', displayName: 'displayNameKey', externalId: 'externalId' },
  isWhole: () => true,
};

/** Of these the stored resource knows nothing. */
const APART: readonly string[] = ['id', 'schemas', 'groups', 'members'];
const TIMES: Readonly<Record<string, string>> = { created: 'createdAt', lastModified: 'lastModified' };

/** Operators that mean the same for numbers and points in time; of text MongoDB has another order. */
const ORDER: Readonly<Partial<Record<CompareOperator, string>>> = { eq: '$eq', gt: '$gt', ge: '$gte', lt: '$lt', le: '$lte' };

/** @throws ScimError as compileFilter does, for an operator or value that doesn't go with the type of its attribute */
export function narrowUsers(filter: FilterNode): Query | null {
  return narrow(filter, false, USERS)?.query ?? null;
}

/** @throws ScimError as narrowUsers */
export function narrowGroups(filter: FilterNode): Query | null {
  return narrow(filter, false, GROUPS)?.query ?? null;
}

/** @param isNegated what is asked for is what doesn't match */
function narrow(filter: FilterNode, isNegated: boolean, place: Place): Narrowing {
  switch (filter.kind) {
    case 'not':
      return narrow(filter.operand, !isNegated, place);
    case 'and':
    case 'or': {
      const parts = filter.operands.map((operand) => narrow(operand, isNegated, place));
      return (filter.kind === 'and') === isNegated ? anyOf(parts) : allOf(parts);
    }
    case 'valuePath':
      // All must be true of one value. That each is true of some value follows; that one isn't true tells nothing of the others.
      return isNegated ? null : narrow(subAttributesOf(filter.path, filter.filter), false, { ...place, isWhole: () => false });
    case 'present':
      return isNegated ? null : narrowPresent(filter.path, place);
    case 'compare':
    default:
      return narrowCompare(filter, isNegated, place);
  }
}

function allOf(parts: readonly Narrowing[]): Narrowing {
  const known = parts.filter((part) => part !== null);
  const [first, ...others] = known;
  if (first === undefined) return null;
  const isExact = known.length === parts.length && known.every((part) => part.isExact);
  return { query: others.length === 0 ? first.query : { $and: known.map(({ query }) => query) }, isExact };
}

function anyOf(parts: readonly Narrowing[]): Narrowing {
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  return { query: { $or: known.map(({ query }) => query) }, isExact: known.every((part) => part.isExact) };
}

function opposite(part: Narrowing): Narrowing {
  return part?.isExact ? { query: { $nor: [part.query] }, isExact: true } : null;
}

/** `type eq "work"` of `emails[type eq "work"]` as `emails.type eq "work"`. */
function subAttributesOf(path: AttributePath, filter: FilterNode): FilterNode {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, operands: filter.operands.map((operand) => subAttributesOf(path, operand)) };
    case 'not':
      return { kind: 'not', operand: subAttributesOf(path, filter.operand) };
    case 'valuePath':
    case 'present':
    case 'compare':
    default:
      return { ...filter, path: { ...path, subAttribute: filter.path.attribute } };
  }
}

function narrowPresent(path: AttributePath, place: Place): Narrowing {
  const resolved = resolveValuePath({ ...path, filter: null }, place.schemas);
  return resolved && hasValue(resolved);
}

/** Something that is nothing, such as an empty text, fulfils this as well. */
function hasValue(resolved: ResolvedPath): Narrowing {
  const field = fieldOf(resolved);
  return field === null ? null : { query: { [field]: { $exists: true } }, isExact: false };
}

function narrowCompare({ path, operator, value }: Compare, isNegated: boolean, place: Place): Narrowing {
  const resolved = withDefaultSubAttribute(resolveValuePath({ ...path, filter: null }, place.schemas));
  if (resolved === null) return null;
  // `ne` is the opposite of `eq`, null is absence.
  const isOpposite = isNegated !== (operator === 'ne');
  if (value === null) return isOpposite ? hasValue(resolved) : null;
  const compared = operator === 'ne' ? 'eq' : operator;
  const comparand = literalComparand(resolved.subAttribute ?? resolved.attribute, compared, value);
  const query = comparison(resolved, compared, comparand, place);
  if (query === null) return isOpposite ? null : hasValue(resolved);
  const exact = { query, isExact: place.isWhole(resolved.attribute.name) };
  return isOpposite ? opposite(exact) : exact;
}

/** @returns null for a comparison that MongoDB can't make, such as one of text in any case */
function comparison(resolved: ResolvedPath, operator: CompareOperator, comparand: string | number | boolean, place: Place): Query | null {
  const { attribute, subAttribute, extension } = resolved;
  const definition: AttributeDefinition = subAttribute ?? attribute;
  const time = attribute.name === 'meta' ? TIMES[subAttribute?.name ?? ''] : undefined;
  const order = ORDER[operator];
  if (order === undefined) return null;
  if (time !== undefined && typeof comparand === 'number') return { [time]: { [order]: new Date(comparand) } };
  const field = fieldOf(resolved);
  if (typeof comparand !== 'string') return field === null || definition.type === 'dateTime' ? null : { [field]: { [order]: comparand } };
  // An empty text is no value, though one may be stored.
  if (operator !== 'eq' || comparand === '') return null;
  const key = extension ? undefined : place.keys[[attribute.name, ...(subAttribute ? [subAttribute.name] : [])].join('.')];
  if (key !== undefined) return { [key]: comparand };
  return field !== null && definition.caseExact ? { [field]: comparand } : null;
}

/** `emails eq "…"` means `emails.value` (RFC 7643 section 2.4). */
function withDefaultSubAttribute(resolved: ResolvedPath | null): ResolvedPath | null {
  if (resolved === null || resolved.subAttribute !== null) return resolved;
  return { ...resolved, subAttribute: findAttribute(resolved.attribute.subAttributes ?? [], 'value') };
}

/** Where the stored resource has it; null when it isn't kept there. */
function fieldOf({ schema, extension, attribute, subAttribute }: ResolvedPath): string | null {
  if (!extension && (attribute.name === 'meta' || APART.includes(attribute.name))) return null;
  const names = [...(extension ? [schema.id] : []), attribute.name, ...(subAttribute ? [subAttribute.name] : [])];
  return ['resource', ...names.map(encodeKey)].join('.');
}
