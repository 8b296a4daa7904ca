import { attributeValue } from '../scim/attribute-value.ts';
import { quoteValue } from '../scim/quote-value.ts';
import { ScimError } from '../scim/scim-error.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim/scim-value.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { ACCEPTED_VALUES, convertValue } from './convert-value.ts';
import { copyValue, setField, type PersonDraft } from './person-fields.ts';
import type { PersonRecord } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

export interface Projection {
  /** What could be mapped; a draft that belongs to the caller. */
  readonly person: PersonDraft;
  /** One line for each rule that failed. */
  readonly problems: readonly string[];
}

/**
 * The product's record of a person, by the tenant's mapping.
 * @throws ScimError 400 invalidValue that names every missing required attribute and every value that can't be converted
 */
export function projectPerson(resource: ScimObject, model: TenantModel): PersonRecord {
  return personOf(projectRules(resource, model.rules));
}

/** @throws ScimError 400 invalidValue when the projection has problems */
export function personOf({ person, problems }: Projection): PersonDraft {
  if (problems.length > 0) throw ScimError.invalidValue(problems.join('; '));
  return person;
}

/** Applies the rules and throws nothing. */
export function projectRules(resource: ScimObject, rules: readonly CompiledRule[]): Projection {
  const person: PersonDraft = {};
  const problems: string[] = [];
  for (const rule of rules) {
    const value = readSource(resource, rule);
    if (value === null) {
      if (rule.required) problems.push(`${nameOf(rule)} is required by this tenant and missing`);
      continue;
    }
    // Copied, because a draft may be set further and the resource may not.
    const converted = rule.type === null ? copyValue(value) : convertValue(value, rule.type);
    if (converted === null) problems.push(conversionProblem(rule, value));
    else setField(person, rule.targetNames, converted);
  }
  return { person, problems };
}

/**
 * What a source stands for; null when there is nothing.
 * - `title`, `name`, `emails`: the value, plain JSON when it is complex or a list
 * - `name.givenName`: the sub-attribute
 * - `emails[type eq "work"].value`: of the first value that the filter selects, a primary one before others
 * - `emails.value`: the list of that sub-attribute
 */
function readSource(resource: ScimObject, { path, selects }: CompiledRule): ScimValue | null {
  const container = path.extension ? (attributeValue(resource, path.schema.id) ?? undefined) : resource;
  const value = isScimObject(container) ? attributeValue(container, path.attribute.name) : null;
  if (value === null || isEmpty(value)) return null;
  const subAttribute = path.subAttribute?.name ?? null;
  if (selects) {
    const selected = (isScimList(value) ? value : [value]).filter((entry) => selects(entry));
    const chosen = selected.find((entry) => isScimObject(entry) && entry['primary'] === true) ?? selected[0];
    return chosen === undefined ? null : readSubAttribute(chosen, subAttribute);
  }
  if (!isScimList(value) || subAttribute === null) return readSubAttribute(value, subAttribute);
  const list = value.map((entry) => readSubAttribute(entry, subAttribute)).filter((entry) => entry !== null);
  return list.length === 0 ? null : list;
}

function readSubAttribute(value: ScimValue, name: string | null): ScimValue | null {
  if (name === null) return value;
  const inner = isScimObject(value) ? attributeValue(value, name) : null;
  return inner === null || isEmpty(inner) ? null : inner;
}

function isEmpty(value: ScimValue): boolean {
  if (typeof value === 'string') return value === '';
  return typeof value === 'object' && (isScimList(value) ? value.length === 0 : Object.keys(value).length === 0);
}

function nameOf(rule: CompiledRule): string {
  return `attribute ${JSON.stringify(rule.source)} (mapped to ${JSON.stringify(rule.target)})`;
}

function conversionProblem(rule: CompiledRule, value: ScimValue): string {
  const type = rule.type ?? 'String';
  return `${nameOf(rule)} has the value ${quoteValue(value)}, which is not ${ACCEPTED_VALUES[type]} (type ${type})`;
}
