import { attributeValue } from '../scim/attribute-value.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim/scim-value.ts';
import type { CompiledSource } from './compiled-rule.ts';

/**
 * What a source stands for; null when there is nothing.
 * - `title`, `name`, `emails`: the value, plain JSON when it is complex or a list
 * - `name.givenName`: the sub-attribute
 * - `emails[type eq "work"].value`: of the first value that the filter selects, a primary one before others; with `all`
 *   the list of those that it selects
 * - `emails.value`: the list of that sub-attribute
 */
export function readSource(resource: ScimObject, { path, selects }: CompiledSource, { all }: { all: boolean }): ScimValue | null {
  const container = path.extension ? (attributeValue(resource, path.schema.id) ?? undefined) : resource;
  const value = isScimObject(container) ? attributeValue(container, path.attribute.name) : null;
  if (value === null || isEmptyValue(value)) return null;
  const subAttribute = path.subAttribute?.name ?? null;
  if (selects) {
    const selected = (isScimList(value) ? value : [value]).filter((entry) => selects(entry));
    if (all) return readList(selected, subAttribute);
    const chosen = selected.find((entry) => isScimObject(entry) && entry['primary'] === true) ?? selected[0];
    return chosen === undefined ? null : readSubAttribute(chosen, subAttribute);
  }
  return isScimList(value) && subAttribute !== null ? readList(value, subAttribute) : readSubAttribute(value, subAttribute);
}

/** What the directory writes for a cleared attribute. */
export function isEmptyValue(value: ScimValue): boolean {
  if (typeof value === 'string') return value === '';
  return typeof value === 'object' && (isScimList(value) ? value.length === 0 : Object.keys(value).length === 0);
}

function readList(values: readonly ScimValue[], subAttribute: string | null): readonly ScimValue[] | null {
  const list = values.map((entry) => readSubAttribute(entry, subAttribute)).filter((entry) => entry !== null);
  return list.length === 0 ? null : list;
}

function readSubAttribute(value: ScimValue, name: string | null): ScimValue | null {
  if (name === null) return value;
  const inner = isScimObject(value) ? attributeValue(value, name) : null;
  return inner === null || isEmptyValue(inner) ? null : inner;
}
