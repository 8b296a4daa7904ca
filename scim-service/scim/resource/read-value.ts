import { findAttribute } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { quoteValue } from '../quote-value.ts';
import { ScimError } from '../scim-error.ts';
import { isScimObject, type ScimObject, type ScimValue } from '../scim-value.ts';
import { valueKey } from '../value-identity.ts';
import { appRoleText } from './dialects/app-role-text.ts';
import { booleanText } from './dialects/boolean-text.ts';
import { displayNameForDisplay } from './dialects/display-name-for-display.ts';
import { numberForText } from './dialects/number-for-text.ts';
import { numberText } from './dialects/number-text.ts';
import { unwrapSingleElementList } from './dialects/unwrap-single-element-list.ts';
import { unwrapValueObject } from './dialects/unwrap-value-object.ts';
import type { ValueDialect } from './dialects/value-dialect.ts';
import { wrapBareValue } from './dialects/wrap-bare-value.ts';
import { wrapSingleObject } from './dialects/wrap-single-object.ts';
import { isHollow } from './hollow-value.ts';
import { withOnePrimary } from './one-primary.ts';
import { readScalar } from './read-scalar.ts';

/** From the outside in: what is inside a wrapper is looked at after the wrapper is gone. */
const SINGLE_VALUE_DIALECTS: readonly ValueDialect[] = [
  unwrapSingleElementList,
  unwrapValueObject,
  wrapBareValue,
  displayNameForDisplay,
  appRoleText,
  booleanText,
  numberText,
  numberForText,
];

/**
 * Reads the value of an attribute or sub-attribute into its canonical form: names in canonical case, Booleans and
 * numbers as such, tolerated forms of clients rewritten, equal values of a list once, one of them primary at most.
 *
 * @param path names the place in messages
 * @param onIgnored gets the path of each unknown sub-attribute, which is dropped; readOnly ones are dropped silently
 * @returns null when nothing is left (`null`, `""`, an empty list or object), which clears an attribute
 * @throws ScimError invalidValue for a value of another type
 */
export function readAttributeValue(
  definition: AttributeDefinition,
  value: unknown,
  path: string,
  onIgnored: (path: string) => void = () => undefined,
): ScimValue | null {
  if (isEmptyValue(value)) return null;
  return definition.multiValued ? readList(definition, value, path, onIgnored) : readSingle(definition, value, path, onIgnored);
}

/** What clears an attribute (RFC 7643 section 2.5, and `""` of Entra's validator). */
export function isEmptyValue(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

function readList(
  definition: AttributeDefinition,
  value: unknown,
  path: string,
  onIgnored: (path: string) => void,
): readonly ScimValue[] | null {
  const list = wrapSingleObject(definition, value);
  if (!Array.isArray(list)) return null;
  const byKey = new Map<string, ScimValue>();
  for (const [index, element] of list.entries()) {
    const read = readSingle(definition, element, `${path}[${index}]`, (ignored) => {
      onIgnored(path + ignored.slice(ignored.indexOf(']', path.length) + 1));
    });
    if (read !== null) byKey.set(valueKey(read), read);
  }
  return byKey.size === 0 ? null : withOnePrimary([...byKey.values()], () => true);
}

function readSingle(definition: AttributeDefinition, value: unknown, path: string, onIgnored: (path: string) => void): ScimValue | null {
  const rewritten = SINGLE_VALUE_DIALECTS.reduce((before, rewrite) => rewrite(definition, before), value);
  if (isEmptyValue(rewritten)) return null;
  if (definition.type !== 'complex') return readScalar(definition, rewritten, path);
  if (isJsonObject(rewritten)) return readComplex(definition, rewritten, path, onIgnored);
  const names = (definition.subAttributes ?? []).map(({ name }) => name).join(', ');
  throw ScimError.invalidValue(`${path} is ${quoteValue(rewritten)}, but one object is expected, with ${names}`);
}

function readComplex(
  definition: AttributeDefinition,
  value: JsonObject,
  path: string,
  onIgnored: (path: string) => void,
): ScimObject | null {
  const subAttributes = new Map<string, ScimValue>();
  let cleared = false;
  for (const [key, inner] of Object.entries(value)) {
    const subAttribute = findAttribute(definition.subAttributes ?? [], key);
    if (subAttribute === null) {
      onIgnored(`${path}.${key}`);
      continue;
    }
    if (subAttribute.mutability === 'readOnly') continue;
    const read = readAttributeValue(subAttribute, inner, `${path}.${subAttribute.name}`, onIgnored);
    if (read !== null) subAttributes.set(subAttribute.name, read);
    else if (isIdentity(subAttribute)) throw ScimError.invalidValue(`${path}.${subAttribute.name} is empty, but an id is expected`);
    else cleared = true;
  }
  if (subAttributes.size === 0) return null;
  const complex = Object.fromEntries(subAttributes);
  // `{"type":"work","value":null}` is how some clients write that there is no work address.
  return cleared && isScimObject(complex) && isHollow(complex) ? null : complex;
}

/** Of a member of a group: passed over, the member would be lost, and with it the last one a whole group. */
function isIdentity({ name, mutability }: AttributeDefinition): boolean {
  return name === 'value' && mutability === 'immutable';
}
