import type { MappingRule } from '#common/tenant-config.ts';
import { compileMappingSource, MappingSourceError } from '#common/scim/mapping-source.ts';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';

export interface CompiledMapping {
  /** With the sources in canonical case; those that can't be read are left out. */
  readonly rules: readonly MappingRule[];
  /** One line each, with the place in spec and what would be accepted. Empty when the mapping is usable. */
  readonly problems: readonly string[];
}

/**
 * Compiles `attributeMapping` and checks what no schema can: sources that SCIM does not know, and fields of the
 * product's record that two rules would write.
 */
export function compileMapping(spec: ScimTenantSpec): CompiledMapping {
  const { rules, problems } = compileRules(spec);
  return { rules, problems: [...problems, ...targetProblems(spec), ...matchProblems(spec)] };
}

function compileRules(spec: ScimTenantSpec): CompiledMapping {
  const rules: MappingRule[] = [];
  const problems: string[] = [];
  const schemas = tenantSchemas(spec.attributeMapping.map(({ source, type }) => ({ source, type: type ?? null })));
  for (const [index, { source, target, required, type }] of spec.attributeMapping.entries()) {
    try {
      const { canonical } = compileMappingSource(source, schemas);
      rules.push({ source: canonical, target, required, type: type ?? null });
    } catch (error) {
      if (!(error instanceof MappingSourceError)) throw error;
      problems.push(`attributeMapping[${index}]: ${error.message}`);
    }
  }
  return { rules, problems };
}

/** Each field of the record is written by one rule or one default, and a field that holds fields is not written itself. */
function targetProblems({ attributeMapping, newUserDefaults }: ScimTenantSpec): string[] {
  const written = [
    ...attributeMapping.map(({ target }, index) => ({ target, place: `attributeMapping[${index}].target` })),
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

function matchProblems({ attributeMapping, matchExistingBy }: ScimTenantSpec): string[] {
  const targets = new Set(attributeMapping.map(({ target }) => target));
  return matchExistingBy.flatMap((target, index) =>
    targets.has(target) ? [] : [`matchExistingBy[${index}]: no rule of attributeMapping has the target "${target}"; name one that has`],
  );
}
