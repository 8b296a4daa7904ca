import { mappingSchemas } from '#common/scim/tenant-schemas.ts';
import type { MappingRule } from '#common/tenant-config.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import { compileRule, configRule } from './compile-rule.ts';
import { effectiveRules, type PlacedRule } from './effective-rules.ts';

export interface CompiledMapping {
  /** Those of the preset too, with the sources in canonical case; rules with problems are left out. */
  readonly rules: readonly MappingRule[];
  /** One line each, with the place in spec and what would be accepted. Empty when the mapping is usable. */
  readonly problems: readonly string[];
}

/**
 * Compiles `preset` and `attributeMapping` and checks what no schema can: sources that SCIM does not know, values that are
 * not of their rule's type, and fields of the product's record that two rules would write.
 */
export function compileMapping(spec: ScimTenantSpec): CompiledMapping {
  const placed = effectiveRules(spec);
  const schemas = mappingSchemas(placed.map(({ rule }) => configRule(rule)));
  const compiled = placed.map((rule) => compileRule(rule, schemas));
  return {
    rules: compiled.map(({ rule }) => rule).filter((rule) => rule !== null),
    problems: [...compiled.flatMap(({ problems }) => problems), ...targetProblems(placed, spec), ...matchProblems(placed, spec)],
  };
}

/** Each field of the record is written by one rule or one default, and a field that holds fields is not written itself. */
function targetProblems(placed: readonly PlacedRule[], { newUserDefaults }: ScimTenantSpec): string[] {
  const written = [
    ...placed.map(({ rule: { target }, place }) => ({ target, place: `${place}.target` })),
    ...newUserDefaults.map(({ target }, index) => ({ target, place: `newUserDefaults[${index}].target` })),
  ];
  const problems: string[] = [];
  const placeOf = new Map<string, string>();
  for (const { target, place } of written) {
    const first = placeOf.get(target);
    if (first === undefined) placeOf.set(target, place);
    else problems.push(`${place}: "${target}" is written by ${first} already; give each its own target`);
  }
  for (const [target, place] of placeOf) {
    for (const outer of enclosing(target)) {
      const outerPlace = placeOf.get(outer);
      if (outerPlace === undefined) continue;
      problems.push(`${place}: "${target}" lies inside "${outer}", which ${outerPlace} writes as a whole; rename one of them`);
    }
  }
  return problems;
}

/** `a.b.c` -> `a`, `a.b` */
function enclosing(target: string): string[] {
  const names = target.split('.');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
}

function matchProblems(placed: readonly PlacedRule[], { matchExistingBy }: ScimTenantSpec): string[] {
  const targets = new Set(placed.filter(({ rule }) => rule.constant === undefined).map(({ rule }) => rule.target));
  return matchExistingBy.flatMap((target, index) =>
    targets.has(target) ? [] : [`matchExistingBy[${index}]: no rule with a source has the target "${target}"; name one that has`],
  );
}
