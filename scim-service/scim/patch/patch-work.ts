import type { FilterNode } from '#common/scim/filter-tree.ts';
import { attributeValue } from '../attribute-value.ts';
import { ScimError } from '../scim-error.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim-value.ts';
import type { PatchOperation } from './patch-operation.ts';

/**
 * Values that the operations of one request may look at, each operation at all values of its attribute. A look takes 1 µs, so
 * this is about a second, during which no other tenant is served; a thousand operations on a thousand values take a
 * million. Without a bound, 1 MiB of operations on 1 MiB of values takes minutes.
 */
const MAX_LOOKS = 1_200_000;

/** A comparison of a filter costs a small part of what adding or changing a value does. */
const COMPARISONS_PER_LOOK = 8;

/** Adds up what the operations of one request cost. */
export class PatchWork {
  #looks = 0;

  /**
   * @param resource as the operation finds it
   * @throws ScimError 413 when this operation is too much
   */
  add(resource: ScimObject, operation: PatchOperation): void {
    const { attribute, filter } = operation.path;
    if (!attribute.multiValued) return;
    const values = lengthOf(valueAt(resource, operation)) + (operation.op === 'remove' ? 0 : lengthOf(operation.value));
    this.#looks += values * Math.ceil((filter === null ? 1 : comparisonsOf(filter)) / COMPARISONS_PER_LOOK);
    if (this.#looks <= MAX_LOOKS) return;
    const detail =
      `The operations look at more than ${MAX_LOOKS} values in all, the last at those of ${attribute.name}; ` +
      'fewer operations on a long list are accepted, or one replace of the whole list';
    throw new ScimError(413, null, detail, { summary: detail });
  }
}

function valueAt(resource: ScimObject, { path: { schema, extension, attribute } }: PatchOperation): ScimValue | null {
  const container = extension ? attributeValue(resource, schema.id) : resource;
  return container !== null && isScimObject(container) ? attributeValue(container, attribute.name) : null;
}

function lengthOf(value: ScimValue | null): number {
  if (value === null) return 0;
  return isScimList(value) ? value.length : 1;
}

function comparisonsOf(filter: FilterNode): number {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.reduce((sum, operand) => sum + comparisonsOf(operand), 0);
    case 'not':
      return comparisonsOf(filter.operand);
    case 'valuePath':
      return comparisonsOf(filter.filter);
    case 'compare':
    case 'present':
    default:
      return 1;
  }
}
