import type { AttributePath, CompareOperator, CompareValue, FilterNode } from './filter-tree.ts';
import type { SyntaxCursor } from './syntax-cursor.ts';
import { readAttributePath, readSubAttribute } from './read-attribute-path.ts';

/** Where a filter stands: a value filter, between brackets, can't hold another one. */
type FilterPlace = 'top' | 'valueFilter';

const COMPARE_OPERATORS: ReadonlySet<string> = new Set<CompareOperator>(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);
const OPERATOR_EXPECTED = 'an operator is expected: eq, ne, co, sw, ew, gt, ge, lt, le or pr';
const JSON_NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$/;

/** Reads a filter up to the end of the text or a closing bracket, which it leaves. */
export function readFilter(cursor: SyntaxCursor, place: FilterPlace): FilterNode {
  return readJoined(cursor, 'or', () => readJoined(cursor, 'and', () => readTerm(cursor, place)));
}

/** Reads operands joined by `kind`. An operand of the same kind is merged, so that a tree has one form for `(a and b) and c`. */
function readJoined(cursor: SyntaxCursor, kind: 'and' | 'or', readOperand: () => FilterNode): FilterNode {
  const first = readOperand();
  const operands = [first];
  while (takeKeyword(cursor, kind)) operands.push(readOperand());
  return operands.length === 1 ? first : joined(kind, operands);
}

function joined(kind: 'and' | 'or', operands: readonly FilterNode[]): FilterNode {
  const flat = operands.flatMap((operand) => (operand.kind === kind ? operand.operands : [operand]));
  return Object.freeze({ kind, operands: Object.freeze(flat) });
}

function readTerm(cursor: SyntaxCursor, place: FilterPlace): FilterNode {
  cursor.skipSpaces();
  if (cursor.peek() === '(') return readGroup(cursor, place);
  if (takeNot(cursor)) return Object.freeze({ kind: 'not', operand: readGroup(cursor, place) });
  const start = cursor.position;
  const path = readAttributePath(cursor);
  cursor.skipSpaces();
  if (cursor.peek() !== '[') return readComparison(cursor, path);
  if (place === 'valueFilter') cursor.fail('a value filter cannot hold another one');
  // Sub-attributes are never complex (RFC 7643 section 2.3.8), so there is nothing in them to select.
  if (path.subAttribute !== null) cursor.fail('a value filter cannot follow a sub-attribute', start);
  return readValuePath(cursor, path);
}

/**
 * Reads what follows an attribute in `emails[type eq "work"]`. Entra also matches by `emails[type eq "work"].value eq "x"`,
 * which says the same as `emails[type eq "work" and value eq "x"]` and gives the same tree.
 */
function readValuePath(cursor: SyntaxCursor, path: AttributePath): FilterNode {
  const filter = readValueFilter(cursor);
  const attribute = readSubAttribute(cursor);
  if (attribute === null) return Object.freeze({ kind: 'valuePath', path, filter });
  cursor.skipSpaces();
  const comparison = readComparison(cursor, Object.freeze({ schema: null, attribute, subAttribute: null }));
  return Object.freeze({ kind: 'valuePath', path, filter: joined('and', [filter, comparison]) });
}

/** Reads `[…]` with its brackets; the opening one must be next. */
export function readValueFilter(cursor: SyntaxCursor): FilterNode {
  return readBetween(cursor, '[', ']', 'valueFilter');
}

function readGroup(cursor: SyntaxCursor, place: FilterPlace): FilterNode {
  return readBetween(cursor, '(', ')', place);
}

function readBetween(cursor: SyntaxCursor, open: string, close: string, place: FilterPlace): FilterNode {
  const start = cursor.position;
  const filter = cursor.nested(() => {
    cursor.take(open);
    return readFilter(cursor, place);
  });
  cursor.skipSpaces();
  if (cursor.take(close)) return filter;
  return cursor.fail(`"and", "or" or "${close}" is expected, for the "${open}" at character ${start + 1}`);
}

function readComparison(cursor: SyntaxCursor, path: AttributePath): FilterNode {
  const start = cursor.position;
  const operator = cursor.word().toLowerCase();
  if (operator === 'pr') return Object.freeze({ kind: 'present', path });
  if (!isCompareOperator(operator)) return cursor.fail(OPERATOR_EXPECTED, start);
  cursor.skipSpaces();
  return Object.freeze({ kind: 'compare', path, operator, value: readValue(cursor) });
}

function isCompareOperator(word: string): word is CompareOperator {
  return COMPARE_OPERATORS.has(word);
}

function readValue(cursor: SyntaxCursor): CompareValue {
  if (cursor.peek() === '"') return cursor.quoted();
  const start = cursor.position;
  const word = cursor.word();
  switch (word.toLowerCase()) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    case '':
    case 'and':
    case 'or':
    case 'not':
      return cursor.fail('a value is expected: a string in double quotes, a number, true, false or null', start);
    default:
  }
  if (JSON_NUMBER.test(word)) return readNumber(word);
  if (word.startsWith("'")) cursor.fail('strings are written in double quotes', start);
  // Not of the grammar, but an old example of Entra's documentation is `externalId eq jyoung`.
  return word;
}

/** A number that a double can't hold stays text: unquoted it is rather an identifier, and rounded it would be another's. */
function readNumber(word: string): number | string {
  const number = Number(word);
  const isExact = /^-?[0-9]+$/.test(word) ? Number.isSafeInteger(number) : Number.isFinite(number);
  // `+ 0` turns -0 into 0, which compare alike.
  return isExact ? number + 0 : word;
}

function takeKeyword(cursor: SyntaxCursor, keyword: string): boolean {
  cursor.skipSpaces();
  const word = cursor.peekWord();
  if (word.toLowerCase() !== keyword) return false;
  cursor.position += word.length;
  return true;
}

/** Reads `not` if a parenthesis follows; else it is an attribute of that name. */
function takeNot(cursor: SyntaxCursor): boolean {
  const start = cursor.position;
  if (takeKeyword(cursor, 'not')) {
    cursor.skipSpaces();
    if (cursor.peek() === '(') return true;
  }
  cursor.position = start;
  return false;
}
