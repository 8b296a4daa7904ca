import { findAttribute } from '#common/scim/resolve-path.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { REFUSED, type Misfit } from '../misfit.ts';
import { quoteValue } from '../quote-value.ts';
import type { ScimObject, ScimValue } from '../scim-value.ts';
import { valueKey } from '../value-identity.ts';
import { ValueProblems } from '../value-problems.ts';
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
import { expectedScalar, readScalar } from './read-scalar.ts';

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

/** Gets what of a value isn't taken. */
export interface ReadNotes {
  /** The path of each unknown sub-attribute, which is dropped; readOnly ones are dropped silently. */
  readonly onIgnored: (path: string) => void;
  /** Each value of another type, which is left out. */
  readonly onMisfit: (misfit: Misfit) => void;
}

/** What was read: null when nothing is left (`null`, `""`, an empty list or object), which clears an attribute. */
export type ReadValue = ScimValue | null | typeof REFUSED;

/**
 * Reads the value of an attribute or sub-attribute into its canonical form: names in canonical case, Booleans and
 * numbers as such, tolerated forms of clients rewritten, equal values of a list once, one of them primary at most.
 *
 * @param path names the place in messages
 * @returns REFUSED when there are values and none of them fits
 */
export function readValue(definition: AttributeDefinition, value: unknown, path: string, notes: ReadNotes): ReadValue {
  if (isEmptyValue(value)) return null;
  return definition.multiValued ? readList(definition, value, path, notes) : readSingle(definition, value, path, notes);
}

/**
 * As readValue, and throws at the first value of another type.
 * @throws ScimError invalidValue
 */
export function readAttributeValue(definition: AttributeDefinition, value: unknown, path: string): ScimValue | null {
  const read = readValue(definition, value, path, {
    onIgnored: () => undefined,
    onMisfit(misfit) {
      const problems = new ValueProblems();
      problems.addMisfit(misfit, definition.name);
      throw problems.error();
    },
  });
  return read === REFUSED ? null : read;
}

/** What clears an attribute (RFC 7643 section 2.5, and `""` of Entra's validator). */
export function isEmptyValue(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

function readList(definition: AttributeDefinition, value: unknown, path: string, notes: ReadNotes): ReadValue {
  const list = wrapSingleObject(definition, value);
  if (!Array.isArray(list)) return null;
  const byKey = new Map<string, ScimValue>();
  const notesOfOne: ReadNotes = {
    ...notes,
    onIgnored: (ignored) => notes.onIgnored(path + ignored.slice(ignored.indexOf(']', path.length) + 1)),
  };
  let refused = false;
  for (const [index, element] of list.entries()) {
    const read = readSingle(definition, element, `${path}[${index}]`, notesOfOne);
    if (read === REFUSED) refused = true;
    else if (read !== null) byKey.set(valueKey(read), read);
  }
  if (byKey.size > 0) return withOnePrimary([...byKey.values()], () => true);
  return refused ? REFUSED : null;
}

/** Reads one value, also of an attribute that may have several. */
export function readSingle(definition: AttributeDefinition, value: unknown, path: string, notes: ReadNotes): ReadValue {
  const rewritten = SINGLE_VALUE_DIALECTS.reduce((before, rewrite) => rewrite(definition, before), value);
  if (isEmptyValue(rewritten)) return null;
  if (definition.type === 'complex' && isJsonObject(rewritten)) return readComplex(definition, rewritten, path, notes);
  const scalar = readScalar(definition, rewritten);
  if (scalar !== null) return scalar;
  const names = (definition.subAttributes ?? []).map(({ name }) => name).join(', ');
  const expected = definition.type === 'complex' ? `one object is expected, with ${names}` : `${expectedScalar(definition)} is expected`;
  notes.onMisfit({ definition, path, is: `is ${quoteValue(rewritten)}, but ${expected}`, isNot: `is not of type ${definition.type}` });
  return REFUSED;
}

function readComplex(definition: AttributeDefinition, value: JsonObject, path: string, notes: ReadNotes): ReadValue {
  const subAttributes = new Map<string, ScimValue>();
  let [cleared, refused] = [false, false];
  for (const [key, inner] of Object.entries(value)) {
    const subAttribute = findAttribute(definition.subAttributes ?? [], key);
    if (subAttribute === null) {
      notes.onIgnored(`${path}.${key}`);
      continue;
    }
    if (subAttribute.mutability === 'readOnly') continue;
    const place = `${path}.${subAttribute.name}`;
    const read = readValue(subAttribute, inner, place, notes);
    if (read === REFUSED) {
      refused = true;
    } else if (read !== null) {
      subAttributes.set(subAttribute.name, read);
    } else if (isIdentity(subAttribute)) {
      notes.onMisfit({ definition: subAttribute, path: place, is: 'is empty, but an id is expected', isNot: 'is empty' });
      refused = true;
    } else {
      cleared = true;
    }
  }
  if (subAttributes.size === 0) return refused ? REFUSED : null;
  const complex: ScimObject = Object.fromEntries(subAttributes);
  // `{"type":"work","value":null}` is how some clients write that there is no work address.
  return cleared && !refused && isHollow(complex) ? null : complex;
}

/** Of a member of a group: passed over, the member would be lost, and with it the last one a whole group. */
function isIdentity({ name, mutability }: AttributeDefinition): boolean {
  return name === 'value' && mutability === 'immutable';
}
