import type { AttributePath, CompareValue, FilterNode, ValuePath } from './filter-tree.ts';

/**
 * Writes a filter that `parseFilter` reads as the same tree, with operators in lower case and no parenthesis too many.
 * A tree that a parser did not make (an `and` in an `and`) is read back merged, which means the same.
 */
export function printFilter(node: FilterNode): string {
  switch (node.kind) {
    case 'compare':
      return `${printAttributePath(node.path)} ${node.operator} ${printValue(node.value)}`;
    case 'present':
      return `${printAttributePath(node.path)} pr`;
    case 'and':
      // `and` binds tighter than `or`.
      return node.operands.map((operand) => (operand.kind === 'or' ? `(${printFilter(operand)})` : printFilter(operand))).join(' and ');
    case 'or':
      return node.operands.map(printFilter).join(' or ');
    case 'not':
      return `not (${printFilter(node.operand)})`;
    case 'valuePath':
    default:
      return `${printAttributePath(node.path)}[${printFilter(node.filter)}]`;
  }
}

/** Writes a path that `parseValuePath` reads as the same tree. */
export function printValuePath({ schema, attribute, filter, subAttribute }: ValuePath): string {
  const selection = filter === null ? '' : `[${printFilter(filter)}]`;
  return `${printAttributePath({ schema, attribute, subAttribute: null })}${selection}${subAttribute === null ? '' : `.${subAttribute}`}`;
}

/** Writes a path that `parseAttributePath` reads as the same tree. */
export function printAttributePath({ schema, attribute, subAttribute }: AttributePath): string {
  return `${schema === null ? '' : `${schema}:`}${attribute}${subAttribute === null ? '' : `.${subAttribute}`}`;
}

function printValue(value: CompareValue): string {
  // Digits alone that a double can't hold are read as an identifier, so a large integer is written with an exponent.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) return value.toExponential();
  return JSON.stringify(value);
}
