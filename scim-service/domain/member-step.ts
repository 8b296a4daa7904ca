import type { FilterNode } from '#common/scim/filter-tree.ts';
import { compileValueFilter } from '../scim/filter/evaluate-filter.ts';
import { invalidFilter } from '../scim/filter/comparand.ts';
import type { PatchOperation } from '../scim/patch/patch-operation.ts';
import { ScimError } from '../scim/scim-error.ts';
import { memberIds } from './member-ids.ts';
import type { Member } from './stored-group.ts';

/** What one operation of a PATCH does to the members of a group. */
export type MemberStep =
  | { readonly kind: 'add'; readonly ids: readonly string[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'replace'; readonly ids: readonly string[] }
  /** By more than ids, so that one has to know the members. */
  | { readonly kind: 'removeMatching'; readonly matches: (member: Member) => boolean };

/**
 * Reads an operation on `members`.
 * @returns null when it does nothing: only the id of a member is kept, so its `display`, `type` and `$ref` can't be set
 * @throws ScimError 400: mutability for the change of a member's id, invalidValue for a member without one, invalidFilter
 */
export function memberStep(operation: PatchOperation): MemberStep | null {
  const { attribute, filter, subAttribute } = operation.path;
  if (subAttribute !== null) {
    if (subAttribute.name === 'value') throw notChangeable();
    return null;
  }
  if (operation.op === 'remove') {
    if (filter === null) return { kind: 'replace', ids: [] };
    const ids = idsOf(filter);
    if (ids !== null) return { kind: 'remove', ids: [...ids] };
    assertKnownOfMembers(filter);
    const matches = compileValueFilter(filter, attribute);
    return { kind: 'removeMatching', matches: ({ id, type }) => matches({ value: id, type }) };
  }
  if (filter !== null) throw notChangeable();
  const ids = memberIds(operation.value);
  return operation.op === 'add' && ids.length === 0 ? null : { kind: operation.op, ids };
}

/** A member is in a group or isn't; there is nothing of it to change (RFC 7643 section 4.2: its sub-attributes are immutable). */
function notChangeable(): ScimError {
  return new ScimError(
    400,
    'mutability',
    'a member of a group cannot be changed; add and remove of "members", replace of all of them, ' +
      'and remove of "members[value eq …]" are accepted',
  );
}

/** The ids that a filter selects whatever the members are, or null when that depends on the members. */
function idsOf(filter: FilterNode): ReadonlySet<string> | null {
  switch (filter.kind) {
    case 'or': {
      const parts = filter.operands.map(idsOf).filter((ids) => ids !== null);
      return parts.length < filter.operands.length ? null : new Set(parts.flatMap((ids) => [...ids]));
    }
    case 'and': {
      const parts = filter.operands.map(idsOf).filter((ids) => ids !== null);
      return parts.length < filter.operands.length
        ? null
        : new Set(parts.flatMap((ids) => [...ids]).filter((id) => parts.every((ids) => ids.has(id))));
    }
    case 'compare': {
      const { path, operator, value } = filter;
      // A number is what an unquoted id of digits is read as.
      return operator === 'eq' && path.attribute.toLowerCase() === 'value' && value !== null ? new Set([String(value)]) : null;
    }
    case 'not':
    case 'present':
    case 'valuePath':
    default:
      return null;
  }
}

/** The URI of a member depends on the URL by which a client comes, so no filter can ask for it. */
function assertKnownOfMembers(filter: FilterNode): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.forEach(assertKnownOfMembers);
    case 'not':
      return assertKnownOfMembers(filter.operand);
    case 'compare':
    case 'present':
    case 'valuePath':
    default:
      if (filter.path.attribute.toLowerCase() !== '$ref') return undefined;
      throw invalidFilter('The filter of a path selects members by "$ref"; "value" and "type" are accepted');
  }
}
