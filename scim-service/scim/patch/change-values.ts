import { printFilter } from '#common/scim/print.ts';
import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import { attributeValue, isEmptyObject, withAttribute } from '../attribute-value.ts';
import { compileValueFilter } from '../filter/evaluate-filter.ts';
import { cutText } from '../quote-value.ts';
import { isHollow } from '../resource/hollow-value.ts';
import { ScimError } from '../scim-error.ts';
import { isScimObject, type ScimObject, type ScimValue } from '../scim-value.ts';
import { addValues } from './add-values.ts';
import { entryFromFilter } from './entry-from-filter.ts';
import type { PatchOperation } from './patch-operation.ts';

type ChangeOp = PatchOperation['op'];

/**
 * Changes the values that a path's filter selects (all without one), or the sub-attribute that it names in each of them.
 * Where RFC 7644 section 3.5.2.3 has `noTarget` because nothing matches, Entra means a new value that does match:
 * `emails[type eq "work"].value` makes `{"type": "work", "value": …}`, which further operations then find.
 *
 * @param value of what the path names; null clears, and to clear what isn't there is fine
 * @throws ScimError noTarget when nothing matches and the filter doesn't say what a match would be
 */
export function changeValues(
  values: readonly ScimValue[],
  op: ChangeOp,
  path: ResolvedPath,
  value: ScimValue | null,
): readonly ScimValue[] {
  const selects = path.filter === null ? (): boolean => true : compileValueFilter(path.filter, path.attribute);
  if (values.some(selects)) {
    return values.flatMap((entry) => {
      const changed = selects(entry) ? changeEntry(entry, op, path, value) : entry;
      return changed === null ? [] : [changed];
    });
  }
  // It may be there under another name: `emails[value eq "a"].value` set to "b" once more.
  return value === null ? values : addValues(path.attribute, values, [newEntry(path, value, selects)]);
}

function changeEntry(entry: ScimValue, op: ChangeOp, path: ResolvedPath, value: ScimValue | null): ScimValue | null {
  if (path.subAttribute !== null) return isScimObject(entry) ? withSubAttribute(entry, path.subAttribute.name, value) : entry;
  if (value === null || !isScimObject(entry) || !isScimObject(value)) return value;
  // A replaced value keeps what the filter found it by, so that it is still the work address.
  const kept = op === 'add' ? entry : identityOf(path);
  return { ...kept, ...value };
}

function identityOf({ filter, attribute }: ResolvedPath): ScimObject {
  return filter === null ? {} : entryFromFilter(filter, attribute);
}

function newEntry(path: ResolvedPath, value: ScimValue, selects: (entry: ScimValue) => boolean): ScimValue {
  const base = identityOf(path);
  const entry = path.subAttribute === null ? mergeOver(base, value) : { ...base, [path.subAttribute.name]: value };
  if (selects(entry) || selects(base)) return entry;
  const filter = path.filter === null ? '' : cutText(printFilter(path.filter), 60);
  throw new ScimError(
    400,
    'noTarget',
    `No value of ${path.attribute.name} matches [${filter}], and the filter does not say what to create; comparisons with eq joined by "and" are accepted`,
    { summary: `No value of ${path.attribute.name} matches the filter of a path, which does not say what to create` },
  );
}

function mergeOver(base: ScimObject, value: ScimValue): ScimValue {
  return isScimObject(value) ? { ...base, ...value } : value;
}

/**
 * Sets or clears a sub-attribute.
 * @returns null when nothing is left but a label
 */
export function withSubAttribute(object: ScimObject, name: string, value: ScimValue | null): ScimObject | null {
  const changed = withAttribute(object, name, value);
  if (changed === object) return isEmptyObject(object) ? null : object;
  if (value === null) return isHollow(changed) ? null : changed;
  // `$ref` is the URI of the `value` before.
  return name === 'value' && attributeValue(object, 'value') !== null ? withAttribute(changed, '$ref', null) : changed;
}
