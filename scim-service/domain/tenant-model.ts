import { mappingSchemas } from '#common/scim/tenant-schemas.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { projectionRevision, tenantConfigRevision, tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { compileRule, MappingRuleError, type CompiledRule } from './compiled-rule.ts';
import { compileSelection, type Selection } from './select-attributes.ts';

/** A tenant's config with everything that requests need worked out once. */
export interface TenantModel {
  readonly key: TenantKey;
  readonly config: TenantConfig;
  /** tenantConfigRevision of the config. */
  readonly revision: string;
  /** projectionRevision of its mapping. */
  readonly projection: string;
  readonly schemas: SchemaSet;
  readonly rules: readonly CompiledRule[];
  readonly selection: Selection;
}

/** The mapping of a config can't be served; `problems` names every rule that is at fault. */
export class TenantModelError extends Error {
  readonly code = 'tenant_model';
  readonly problems: readonly string[];
  constructor(key: TenantKey, problems: readonly string[]) {
    super(`the mapping of tenant ${key} can't be served: ${problems.join('; ')}`);
    this.name = 'TenantModelError';
    this.problems = problems;
  }
}

/**
 * @param revision of the config, where it is known already
 * @throws TenantModelError when a rule can't be served or two targets exclude each other
 */
export function compileTenantModel(config: TenantConfig, revision = tenantConfigRevision(config)): TenantModel {
  const key = tenantKeyOf(config);
  const schemas = mappingSchemas(config.mapping);
  const rules: CompiledRule[] = [];
  const problems = targetConflicts(config);
  for (const rule of config.mapping) {
    try {
      rules.push(compileRule(rule, schemas));
    } catch (error) {
      if (!(error instanceof MappingRuleError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new TenantModelError(key, problems);
  return {
    key,
    config,
    revision,
    projection: projectionRevision(config),
    schemas,
    rules,
    selection: compileSelection(rules),
  };
}

/** `contact` and `contact.email` can't both be fields, and of two rules for one target the order would decide. */
function targetConflicts({ mapping, newUserDefaults }: TenantConfig): string[] {
  const problems: string[] = [];
  const mapped = new Set<string>();
  for (const { target } of mapping) {
    if (mapped.has(target)) problems.push(`target ${JSON.stringify(target)} is mapped twice`);
    mapped.add(target);
  }
  const targets = new Set([...mapped, ...newUserDefaults.map(({ target }) => target)]);
  for (const target of targets) {
    for (let dot = target.indexOf('.'); dot !== -1; dot = target.indexOf('.', dot + 1)) {
      const outer = target.slice(0, dot);
      if (targets.has(outer)) problems.push(`targets ${JSON.stringify(outer)} and ${JSON.stringify(target)} exclude each other`);
    }
  }
  return problems;
}
