import type { AttributeDefinition } from '#common/scim/schema.ts';
import { isScimObject, type ScimObject, type ScimValue } from '../scim/scim-value.ts';
import type { CompiledRule, CompiledSource, ValueTest } from './compiled-rule.ts';

/** How much of an attribute the mapping takes. */
type AttributeSelection =
  | { readonly keep: 'whole' }
  /** Of a single complex value, these sub-attributes. */
  | { readonly keep: 'subAttributes'; readonly names: ReadonlySet<string> }
  /** Of a multi-valued attribute, the whole of each value that a test accepts. */
  | { readonly keep: 'values'; readonly tests: readonly ValueTest[]; readonly definition: AttributeDefinition };

/** What a tenant takes of a person, by attribute name in canonical case; the rest is dropped at the entrance (data minimisation). */
export interface Selection {
  readonly core: ReadonlyMap<string, AttributeSelection>;
  /** By URN; an extension that the mapping doesn't touch isn't there. */
  readonly extensions: ReadonlyMap<string, ReadonlyMap<string, AttributeSelection>>;
}

const WHOLE: AttributeSelection = { keep: 'whole' };

/** The protocol itself needs these: without them a directory can't find a person again or switch one off. */
const ALWAYS_SELECTED = ['userName', 'externalId', 'active'];

export function compileSelection(rules: readonly CompiledRule[]): Selection {
  const core = new Map(ALWAYS_SELECTED.map((name) => [name, WHOLE]));
  const extensions = new Map<string, Map<string, AttributeSelection>>();
  for (const source of rules.flatMap(({ sources }) => sources)) {
    const { schema, extension, attribute } = source.path;
    const attributes = extension ? (extensions.get(schema.id) ?? new Map<string, AttributeSelection>()) : core;
    if (extension) extensions.set(schema.id, attributes);
    attributes.set(attribute.name, widen(attributes.get(attribute.name), selectionOf(source)));
  }
  return { core, extensions };
}

function selectionOf({ path, selects }: CompiledSource): AttributeSelection {
  if (selects) return { keep: 'values', tests: [selects], definition: path.attribute };
  // A value of a multi-valued attribute stays whole: without its `type` the next PATCH of `emails[type eq "work"]` would miss it.
  if (path.subAttribute === null || path.attribute.multiValued) return WHOLE;
  return { keep: 'subAttributes', names: new Set([path.subAttribute.name]) };
}

function widen(before: AttributeSelection | undefined, more: AttributeSelection): AttributeSelection {
  if (before === undefined) return more;
  if (before.keep === 'values' && more.keep === 'values') return { ...before, tests: [...before.tests, ...more.tests] };
  if (before.keep === 'subAttributes' && more.keep === 'subAttributes') {
    return { keep: 'subAttributes', names: new Set([...before.names, ...more.names]) };
  }
  return WHOLE;
}

/**
 * Restricts a canonical resource to what the tenant selected. Idempotent; what is left empty is left out.
 * @returns `resource`: the very same object when all of it is selected, as of most that were stored; `dropped`: paths of what
 * was there and isn't selected, each once
 */
export function selectAttributes(resource: ScimObject, selection: Selection): { resource: ScimObject; dropped: readonly string[] } {
  const dropped = new Set<string>();
  const selected = keepEntries(resource, (name, value) =>
    name.includes(':')
      ? selectExtension(name, value, selection.extensions.get(name), dropped)
      : selectValue(name, value, selection.core.get(name), dropped),
  );
  return { resource: selected, dropped: [...dropped] };
}

/** @param keep what stays of a value; null when nothing does */
function keepEntries(object: ScimObject, keep: (name: string, value: ScimValue) => ScimValue | null): ScimObject {
  const kept: [string, ScimValue][] = [];
  let isWhole = true;
  for (const [name, value] of Object.entries(object)) {
    const part = keep(name, value);
    isWhole &&= part === value;
    if (part !== null) kept.push([name, part]);
  }
  return isWhole ? object : Object.fromEntries(kept);
}

/** An unselected extension is named attribute by attribute, because that is what an admin could put into the mapping. */
function selectExtension(
  urn: string,
  value: ScimValue,
  attributes: ReadonlyMap<string, AttributeSelection> | undefined,
  dropped: Set<string>,
): ScimValue | null {
  if (!isScimObject(value)) {
    dropped.add(urn);
    return null;
  }
  const selected = keepEntries(value, (name, inner) => selectValue(`${urn}:${name}`, inner, attributes?.get(name), dropped));
  return Object.keys(selected).length === 0 ? null : selected;
}

function selectValue(path: string, value: ScimValue, selection: AttributeSelection | undefined, dropped: Set<string>): ScimValue | null {
  if (selection === undefined) {
    dropped.add(path);
    return null;
  }
  if (selection.keep === 'whole') return value;
  return selection.keep === 'values'
    ? selectValues(path, value, selection, dropped)
    : selectSubAttributes(path, value, selection.names, dropped);
}

function selectSubAttributes(path: string, value: ScimValue, names: ReadonlySet<string>, dropped: Set<string>): ScimValue | null {
  if (!isScimObject(value)) {
    dropped.add(path);
    return null;
  }
  const kept = keepEntries(value, (name, inner) => {
    if (names.has(name)) return inner;
    dropped.add(`${path}.${name}`);
    return null;
  });
  return Object.keys(kept).length === 0 ? null : kept;
}

function selectValues(
  path: string,
  value: ScimValue,
  { tests, definition }: Extract<AttributeSelection, { keep: 'values' }>,
  dropped: Set<string>,
): ScimValue | null {
  const values: readonly ScimValue[] = Array.isArray(value) ? value : [value];
  const kept = values.filter((entry) => {
    if (tests.some((test) => test(entry))) return true;
    dropped.add(pathOfValue(path, entry, definition));
    return false;
  });
  if (kept.length === 0) return null;
  return values === value && kept.length === values.length ? value : kept;
}

/** `emails[type eq "home"]` for a type that the schema knows; other types are the client's words and would make endless names. */
function pathOfValue(path: string, value: ScimValue, definition: AttributeDefinition): string {
  const type = isScimObject(value) ? value['type'] : undefined;
  const known = definition.subAttributes?.find(({ name }) => name === 'type')?.canonicalValues ?? [];
  return typeof type === 'string' && known.includes(type) ? `${path}[type eq "${type}"]` : path;
}
