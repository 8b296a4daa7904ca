import * as fc from 'fast-check';
import type { AttributePath, CompareOperator, CompareValue, FilterNode, ValuePath } from '#common/scim/filter-tree.ts';
import { printFilter } from '#common/scim/print.ts';

/** Any trees that the parsers can make: no `and` directly in an `and`, no `or` in an `or`, no value path in a value path. */

const attributeName = fc.oneof(
  fc.constantFrom('userName', 'emails', 'name', 'value', 'type', '$ref', 'and', 'or', 'not', 'pr', 'eq', 'true', 'null'),
  fc.stringMatching(/^\$?[A-Za-z][A-Za-z0-9_-]{0,8}$/),
);

/** Objects as a parser makes them, with the usual prototype. */
const PLAIN = { noNullPrototype: true };

const schemaUrn = fc.oneof(
  fc.constantFrom(
    'urn:ietf:params:scim:schemas:core:2.0:User',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    'urn:ietf:params:scim:schemas:extension:acme:2.0:User',
  ),
  fc.stringMatching(/^urn:[a-z0-9]{2,5}(:[A-Za-z0-9._-]{1,6}){1,3}$/),
);

export const arbitraryAttributePath: fc.Arbitrary<AttributePath> = fc.record(
  { schema: fc.option(schemaUrn), attribute: attributeName, subAttribute: fc.option(attributeName) },
  PLAIN,
);

const operator = fc.constantFrom<CompareOperator>('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');

const compareValue: fc.Arbitrary<CompareValue> = fc.oneof(
  // Any UTF-16 units, lone surrogates too.
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', '"', '\\', '\\"', '] and (', 'true', '1', '\uD800'),
  // -0 is read as 0.
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
);

const leaf: fc.Arbitrary<FilterNode> = fc.oneof(
  fc.record({ kind: fc.constant('compare' as const), path: arbitraryAttributePath, operator, value: compareValue }, PLAIN),
  fc.record({ kind: fc.constant('present' as const), path: arbitraryAttributePath }, PLAIN),
);

function joined(kind: 'and' | 'or', operand: fc.Arbitrary<FilterNode>): fc.Arbitrary<FilterNode> {
  const operands = fc.array(
    operand.filter((node) => node.kind !== kind),
    { minLength: 2, maxLength: 3 },
  );
  return operands.map((nodes) => ({ kind, operands: nodes }));
}

function filterOf(term: fc.Arbitrary<FilterNode>): fc.Arbitrary<FilterNode> {
  return fc.letrec<{ filter: FilterNode }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 2, arbitrary: term },
      { weight: 1, arbitrary: joined('and', tie('filter')) },
      { weight: 1, arbitrary: joined('or', tie('filter')) },
      { weight: 1, arbitrary: tie('filter').map((operand): FilterNode => ({ kind: 'not', operand })) },
    ),
  })).filter;
}

const valueFilter = filterOf(leaf);

const attributeOnly = arbitraryAttributePath.map((path) => ({ ...path, subAttribute: null }));

export const arbitraryFilter: fc.Arbitrary<FilterNode> = filterOf(
  fc.oneof(
    { weight: 3, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc.tuple(attributeOnly, valueFilter).map(([path, filter]): FilterNode => ({ kind: 'valuePath', path, filter })),
    },
  ),
);

export const arbitraryValuePath: fc.Arbitrary<ValuePath> = fc
  .tuple(arbitraryAttributePath, fc.option(valueFilter))
  .map(([path, filter]) => ({ ...path, filter }));

const PUNCTUATION = ['(', ')', '[', ']', '"', '\\', ' ', '.', ':', ',', '\t', '\u00a0'];
const WORDS = ['and', 'or', 'not', 'eq', 'PR', 'co', 'userName', 'emails', 'value', '$ref', 'urn:a:2.0:User:x'];
const VALUES = ['"work"', 'true', 'null', '-1.5e3', '99999999999999999999', "'x'", 'jyoung'];

/** A filter with one piece put in or over the rest of it. */
const damagedFilter = fc
  .tuple(arbitraryFilter.map(printFilter), fc.nat(), fc.constantFrom('', ...PUNCTUATION, ...WORDS, ...VALUES), fc.boolean())
  .map(([text, place, piece, cut]) => {
    const position = place % (text.length + 1);
    return text.slice(0, position) + piece + (cut ? '' : text.slice(position));
  });

/** Text that is near the grammar, so that fuzzing gets past the first character. */
export const arbitraryFilterText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  damagedFilter,
  fc
    .array(fc.constantFrom(...PUNCTUATION, ...WORDS, ...VALUES), { maxLength: 60 })
    .chain((tokens) => fc.constantFrom('', ' ').map((separator) => tokens.join(separator))),
);
