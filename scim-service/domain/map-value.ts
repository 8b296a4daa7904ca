import { ACCEPTED_VALUES } from '#common/convert-scalar.ts';
import type { MappingTransform } from '#common/tenant-config.ts';
import { quoteValue } from '../scim/quote-value.ts';
import { isScimList, isScimObject, type ScimValue } from '../scim/scim-value.ts';
import type { CompiledRule, CompiledValueMap } from './compiled-rule.ts';
import { convertValue } from './convert-value.ts';
import { copyValue } from './person-fields.ts';
import { isEmptyValue } from './read-source.ts';
import type { PersonValue } from './stored-user.ts';

/** What a rule makes of the value that its source gave. */
export type MappedValue =
  | { readonly kind: 'value'; readonly value: PersonValue }
  | {
      readonly kind: 'misfit';
      /** Of a sentence about the attribute. */
      readonly is: string;
      /** The same without the value. */
      readonly isNot: string;
    };

/** The most values of a map that a message lists. */
const LISTED_VALUES = 10;

/**
 * Tidies the text of a value, each one of a list: as the rule's `transform` says, a complex value as its `value` when the
 * rule wants a scalar.
 * @returns null when no text is left, which is the same as no value
 */
export function tidyValue(value: ScimValue, rule: CompiledRule): ScimValue | null {
  if (isScimList(value)) {
    const tidied = value.map((entry) => (isScimList(entry) ? entry : tidyValue(entry, rule))).filter((entry) => entry !== null);
    return tidied.length === 0 ? null : tidied;
  }
  const single = wantsScalar(rule) && isScimObject(value) ? (value['value'] ?? value) : value;
  const tidied = typeof single === 'string' ? TRANSFORMS[rule.transform](single) : single;
  return isEmptyValue(tidied) ? null : tidied;
}

function wantsScalar({ type, transform, valueMap }: CompiledRule): boolean {
  return type !== null || transform !== 'none' || valueMap !== null;
}

// Without regard to the server's locale, in which an I may have no dot.
const TRANSFORMS: Readonly<Record<MappingTransform, (text: string) => string>> = {
  none: (text) => text,
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  trim: (text) => text.trim(),
};

/** Looks a tidied value up in the rule's value map and converts it to the rule's type, each one of a list. */
export function mapValue(value: ScimValue, rule: CompiledRule): MappedValue {
  const product = rule.valueMap === null ? value : lookUpAll(value, rule.valueMap);
  if (product === null) return { kind: 'misfit', is: unlisted(value, rule), isNot: "has a value that its valueMap doesn't list" };
  // Copied, because the record may be set further and the resource may not.
  const converted = rule.type === null ? copyValue(product) : convertValue(product, rule.type);
  if (converted !== null) return { kind: 'value', value: converted };
  return { kind: 'misfit', is: unconvertible(product, rule), isNot: `is not of type ${rule.type ?? 'String'}` };
}

function lookUpAll(value: ScimValue, map: CompiledValueMap): ScimValue | null {
  if (!isScimList(value)) return lookUp(value, map);
  const found = value.map((entry) => lookUp(entry, map));
  const listed = found.filter((entry) => entry !== null);
  return listed.length === found.length ? listed : null;
}

function lookUp(value: ScimValue, { values, otherwise }: CompiledValueMap): string | number | boolean | null {
  return (typeof value === 'object' ? null : values.get(String(value))) ?? otherwise;
}

function unlisted(value: ScimValue, { valueMap, type }: CompiledRule): string {
  const faulty = isScimList(value) ? value.find((entry) => valueMap && lookUp(entry, valueMap) === null) : value;
  const listed = [...(valueMap?.values.keys() ?? [])];
  const shown = listed.slice(0, LISTED_VALUES).map(quoteValue).join(', ');
  const more = listed.length > LISTED_VALUES ? ' and others' : '';
  return `has the value ${quoteValue(faulty)}, which its valueMap doesn't list: write ${shown}${more} (type ${type ?? 'String'})`;
}

function unconvertible(value: ScimValue, { type }: CompiledRule): string {
  const wanted = type ?? 'String';
  const faulty = isScimList(value) ? (value.find((entry) => convertValue(entry, wanted) === null) ?? value) : value;
  return `has the value ${quoteValue(faulty)}, which is not ${ACCEPTED_VALUES[wanted]} (type ${wanted})`;
}
