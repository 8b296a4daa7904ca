import { mappingSchemas } from '#common/scim/tenant-schemas.ts';
import type { MappingRule } from '#common/tenant-config.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import { compileRule, configRule } from './compile-rule.ts';
import { effectiveRules } from './effective-rules.ts';
import { matchProblems } from './match-problems.ts';
import { targetProblems } from './target-problems.ts';

export interface CompiledMapping {
  /** Those of the preset too, with the sources in canonical case; rules with problems are left out. */
  readonly rules: readonly MappingRule[];
  /** One line each, with the place in spec and what would be accepted. Empty when the mapping is usable. */
  readonly problems: readonly string[];
}

/**
 * Compiles `preset` and `attributeMapping` and checks what no schema can: sources that SCIM does not know, values that are
 * not of their rule's type, fields of the product's record that two rules would write, and fields that identify nobody.
 */
export function compileMapping(spec: ScimTenantSpec): CompiledMapping {
  const placed = effectiveRules(spec);
  const schemas = mappingSchemas(placed.map(({ rule }) => configRule(rule)));
  const compiled = placed.map((rule) => compileRule(rule, schemas));
  const rules = compiled.map(({ rule }) => rule).filter((rule) => rule !== null);
  const targets = new Set(placed.filter(({ rule }) => rule.constant === undefined).map(({ rule }) => rule.target));
  return {
    rules,
    problems: [
      ...compiled.flatMap(({ problems }) => problems),
      ...targetProblems(placed, spec.newUserDefaults),
      ...matchProblems({ matchExistingBy: spec.matchExistingBy, targets, rules, schemas }),
    ],
  };
}
