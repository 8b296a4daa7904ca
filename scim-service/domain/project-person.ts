import type { ScimObject, ScimValue } from '../scim/scim-value.ts';
import { invalidValues, type ValueProblem } from '../scim/value-problem.ts';
import type { CompiledRule, CompiledSource } from './compiled-rule.ts';
import { mapValue, tidyValue } from './map-value.ts';
import { copyValue, setField, type PersonDraft } from './person-fields.ts';
import { readSource } from './read-source.ts';
import type { PersonRecord } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

export interface Projection {
  /** What could be mapped; a draft that belongs to the caller. */
  readonly person: PersonDraft;
  readonly problems: readonly ProjectionProblem[];
}

/** Why a rule gave nothing. */
interface ProjectionProblem extends ValueProblem {
  readonly rule: CompiledRule;
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
  if (problems.length > 0) throw invalidValues(problems);
  return person;
}

/** Applies the rules and throws nothing. */
export function projectRules(resource: ScimObject, rules: readonly CompiledRule[]): Projection {
  const person: PersonDraft = {};
  const problems: ProjectionProblem[] = [];
  for (const rule of rules) {
    if (rule.constant !== null) {
      setField(person, rule.targetNames, copyValue(rule.constant));
      continue;
    }
    const found = firstValue(resource, rule);
    if (found === null) {
      if (rule.required) problems.push({ rule, kind: 'missing', ...missing(rule) });
      continue;
    }
    const mapped = mapValue(found.value, rule);
    if (mapped.kind === 'value') {
      setField(person, rule.targetNames, mapped.value);
      continue;
    }
    const name = nameOf(rule, [found.source]);
    problems.push({ rule, kind: 'misfit', detail: `${name} ${mapped.is}`, summary: `${name} ${mapped.isNot}` });
  }
  return { person, problems };
}

/** The first of a rule's sources that has a value; a value that doesn't fit counts, so that a mistake isn't covered up. */
function firstValue(resource: ScimObject, rule: CompiledRule): { source: CompiledSource; value: ScimValue } | null {
  for (const source of rule.sources) {
    const read = readSource(resource, source, { all: rule.type === 'StringList' });
    const value = read === null ? null : tidyValue(read, rule);
    if (value !== null) return { source, value };
  }
  return null;
}

function missing(rule: CompiledRule): Pick<ValueProblem, 'detail' | 'summary'> {
  const detail = `${nameOf(rule, rule.sources)} is required by this tenant and missing`;
  return { detail, summary: detail };
}

function nameOf({ target }: CompiledRule, sources: readonly CompiledSource[]): string {
  return `attribute ${sources.map(({ text }) => JSON.stringify(text)).join(' or ')} (mapped to ${JSON.stringify(target)})`;
}
