import type { FilterNode, ValuePath } from '#common/scim/filter-tree.ts';
import { parseValuePath } from '#common/scim/parse-path.ts';
import { printAttributePath } from '#common/scim/print.ts';
import { resolveValuePath, type ResolvedPath } from '#common/scim/resolve-path.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { compileValueFilter } from '../filter/evaluate-filter.ts';
import { IgnoredAttributes } from '../ignored-attributes.ts';
import { assertBoundedDepth, isJsonObject } from '../json-object.ts';
import { cutText, quoteValue } from '../quote-value.ts';
import { isWritable } from '../resource/is-writable.ts';
import { ScimError } from '../scim-error.ts';
import { ValueProblems } from '../value-problems.ts';
import { keysAsPaths } from './dialects/keys-as-paths.ts';
import { removeListedValues } from './dialects/remove-listed-values.ts';
import { schemaAsPath } from './dialects/schema-as-path.ts';
import type { PatchOperation, RawOperation } from './patch-operation.ts';
import { readEnvelope } from './read-envelope.ts';
import { notesOn, type PatchNotes } from './patch-notes.ts';
import { readOperationValue } from './read-operation-value.ts';

export interface ParsedPatch {
  readonly operations: readonly PatchOperation[];
  /** Paths of attributes that the schemas don't have; their operations are left out, the others go on. */
  readonly ignored: readonly string[];
}

/**
 * Reads the body of a PATCH (RFC 7644 section 3.5.2): tolerated forms of clients are rewritten, paths looked up, values
 * brought to their type. Operations on what a client may not write (`id`, `meta`, `groups`, `password`) are left out
 * silently.
 *
 * @throws ScimError invalidSyntax, invalidPath, noTarget (remove without a path); invalidValue that tells of all values of
 * another type, or of an operation without a value; 413 for over 1,000 operations
 */
export function parsePatch(body: unknown, schemas: SchemaSet): ParsedPatch {
  const problems = new ValueProblems();
  const parsed = parseWhatFits(body, schemas, problems);
  if (problems.count > 0) throw problems.error();
  return parsed;
}

/**
 * As parsePatch, but leaves out values of another type.
 * @param problems gets them
 * @throws ScimError as parsePatch does for all else
 */
export function parseWhatFits(body: unknown, schemas: SchemaSet, problems: ValueProblems): ParsedPatch {
  if (!isJsonObject(body)) {
    throw ScimError.invalidSyntax(`The body is ${quoteValue(body)}, but a PatchOp object with "Operations" is expected`, {
      summary: 'The body is not a PatchOp object with "Operations"',
    });
  }
  assertBoundedDepth(body);
  const notes: PatchNotes = { ignored: new IgnoredAttributes(), problems };
  const operations = readEnvelope(body)
    .flatMap(keysAsPaths)
    .flatMap((operation) => schemaAsPath(operation, schemas))
    .flatMap((operation) => parseOperation(operation, schemas, notes));
  return Object.freeze({
    operations: Object.freeze(operations.map((operation) => Object.freeze(operation))),
    ignored: notes.ignored.list(),
  });
}

function parseOperation(operation: RawOperation, schemas: SchemaSet, notes: PatchNotes): readonly PatchOperation[] {
  const { op, path: text, value, place } = operation;
  if (text === null) throw withoutPath(operation);
  const parsed = parsePath(operation, text);
  const path = parsed && resolveValuePath(parsed, schemas);
  if (path === null || !hasKnownFilter(path)) {
    // Without the filter, whose values may be a person's.
    notes.ignored.add(parsed === null ? text : printAttributePath(parsed));
    return [];
  }
  if (!isWritable(path.attribute) || (path.subAttribute !== null && !isWritable(path.subAttribute))) return [];
  if (op === 'remove') {
    // What is removed is known by a few of its sub-attributes; nobody misses the others.
    const listed = { ...notesOn(path, place, notes), onIgnored: () => undefined };
    const paths = removeListedValues(path, value, place, listed) ?? [path];
    return paths.map((path) => ({ op, path }));
  }
  if (value === undefined) {
    throw ScimError.invalidValue(`${place}: ${op} of ${quoteValue(text)} has no "value"; one is expected, or null to clear the attribute`, {
      summary: `${place}: ${op} has no "value"`,
    });
  }
  return readOperationValue({ op, path, value, name: cutText(text, 120) }, notes);
}

function withoutPath({ op, value, place }: RawOperation): ScimError {
  // RFC 7644 section 3.5.2.2.
  if (op === 'remove')
    return new ScimError(400, 'noTarget', `${place}: remove has no "path"; the path of what is to be removed is expected`, {
      summary: `${place}: remove has no "path"`,
    });
  return ScimError.invalidValue(
    `${place}: ${op} has no "path" and its "value" is ${quoteValue(value)}; an object with attributes is expected`,
    { summary: `${place}: ${op} has no "path" and its "value" is not an object with attributes` },
  );
}

/** @returns null for a key that is no path */
function parsePath({ place, pathFrom }: RawOperation, text: string): ValuePath | null {
  try {
    return parseValuePath(text);
  } catch (error) {
    if (!(error instanceof ScimSyntaxError)) throw error;
    if (pathFrom === 'key') return null;
    throw new ScimError(400, 'invalidPath', `${place}: "path" ${quoteValue(text)} cannot be read: ${error.message}`, {
      cause: error,
      summary: `${place}: "path" cannot be read`,
    });
  }
}

/** A value filter on an unknown sub-attribute is an unknown target too; other mistakes of a filter are said aloud. */
function hasKnownFilter({ filter, attribute }: ResolvedPath): boolean {
  if (filter === null) return true;
  const known = attribute.type === 'complex' ? (attribute.subAttributes ?? []).map(({ name }) => name.toLowerCase()) : ['value'];
  if (!namesOf(filter).every((name) => known.includes(name.toLowerCase()))) return false;
  compileValueFilter(filter, attribute);
  return true;
}

function namesOf(filter: FilterNode): readonly string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.flatMap(namesOf);
    case 'not':
      return namesOf(filter.operand);
    case 'compare':
    case 'present':
    case 'valuePath':
    default:
      return [filter.path.attribute];
  }
}
