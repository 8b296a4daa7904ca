import { findAttribute } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { attributeValue, withAttribute } from '../attribute-value.ts';
import { foldText } from '../fold-text.ts';
import { isScimObject, type ScimValue } from '../scim-value.ts';
import { valueKey } from '../value-identity.ts';

/**
 * Adds values to those of a multi-valued attribute. One that is already there isn't added twice (RFC 7644 section 3.5.2.1;
 * Entra adds roles and members again and again): an entry with the same `value`, and the same `type` if the new one
 * has a type, takes over what the new one says. Entries without `value`, such as addresses, are the same when
 * all but `primary` is equal.
 */
export function addValues(
  attribute: AttributeDefinition,
  current: readonly ScimValue[],
  added: readonly ScimValue[],
): readonly ScimValue[] {
  const keysOf = compileKeys(attribute);
  const values = [...current];
  const places = new Map<string, number>();
  const remember = (value: ScimValue, place: number): void => {
    for (const key of keysOf(value)) if (!places.has(key)) places.set(key, place);
  };
  for (const [place, value] of values.entries()) remember(value, place);
  for (const value of added) {
    // The last key is the most that the new value says.
    const place = places.get(keysOf(value).at(-1) ?? '');
    if (place === undefined) values.push(value);
    else values[place] = merge(values[place], value);
    remember(value, place ?? values.length - 1);
  }
  return values;
}

/** Gives the keys under which a value is found: by `value` alone, then by `value` and `type`. */
function compileKeys(attribute: AttributeDefinition): (entry: ScimValue) => readonly string[] {
  const subAttributes = attribute.subAttributes ?? [];
  const keyOfValue = compileKey(findAttribute(subAttributes, 'value'));
  const keyOfType = compileKey(findAttribute(subAttributes, 'type'));
  const keyOfPlain = compileKey(attribute);
  return (entry) => {
    if (!isScimObject(entry)) return [keyOfPlain(entry)];
    const value = attributeValue(entry, 'value');
    if (value === null) return [valueKey(withAttribute(entry, 'primary', null))];
    const type = attributeValue(entry, 'type');
    const byValue = `value ${keyOfValue(value)}`;
    return type === null ? [byValue] : [byValue, `${byValue} ${keyOfType(type)}`];
  };
}

function compileKey(definition: AttributeDefinition | null): (value: ScimValue) => string {
  return (value) => valueKey(definition !== null && typeof value === 'string' ? foldText(definition, value) : value);
}

/** Returns the very same entry when it already says all of the new one. */
function merge(entry: ScimValue | undefined, added: ScimValue): ScimValue {
  if (!isScimObject(entry) || !isScimObject(added)) return entry ?? added;
  const says = Object.entries(added).every(([name, value]) => attributeValue(entry, name) === value);
  return says ? entry : { ...entry, ...added };
}
