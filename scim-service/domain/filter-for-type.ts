import type { AttributePath, FilterNode } from '#common/scim/filter-tree.ts';
import { resolveValuePath } from '#common/scim/resolve-path.ts';
import type { SchemaSet } from '#common/scim/schema.ts';

/**
 * What a filter over several resource types means for one of them: an attribute that is not part of the type has no value
 * (RFC 7644 section 3.4.2.1). One that is part of no type stays, so that it is refused as in any filter.
 *
 * @param all schemas of every type, this one's included
 * @returns a boolean when nothing of the resource has to be looked at
 */
export function filterForType(filter: FilterNode, schemas: SchemaSet, all: readonly SchemaSet[]): FilterNode | boolean {
  const isForeign = (path: AttributePath): boolean =>
    !isPartOf(path, schemas) && all.some((others) => others !== schemas && isPartOf(path, others));
  return simplify(filter, isForeign);
}

function isPartOf(path: AttributePath, schemas: SchemaSet): boolean {
  // Of an attribute that the type has, the type says which sub-attributes there are.
  return resolveValuePath({ ...path, subAttribute: null, filter: null }, schemas) !== null;
}

function simplify(node: FilterNode, isForeign: (path: AttributePath) => boolean): FilterNode | boolean {
  switch (node.kind) {
    case 'and':
    case 'or': {
      const decides = node.kind === 'or';
      const operands = node.operands.map((operand) => simplify(operand, isForeign));
      if (operands.includes(decides)) return decides;
      const open = operands.filter((operand) => typeof operand !== 'boolean');
      const [only] = open;
      if (only === undefined) return !decides;
      return open.length === 1 ? only : { kind: node.kind, operands: open };
    }
    case 'not': {
      const operand = simplify(node.operand, isForeign);
      return typeof operand === 'boolean' ? !operand : { kind: 'not', operand };
    }
    case 'compare':
      if (!isForeign(node.path)) return node;
      // As the evaluator judges an absent attribute.
      return (node.operator === 'ne') !== (node.value === null && (node.operator === 'eq' || node.operator === 'ne'));
    case 'present':
    case 'valuePath':
      return isForeign(node.path) ? false : node;
  }
}
