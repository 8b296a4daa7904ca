import { compileMappingSource } from '#common/scim/mapping-source.ts';
import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import type { MappingRule, MappingValueType } from '#common/tenant-config.ts';
import { compileValueFilter, type Test } from '../scim/filter/evaluate-filter.ts';
import type { ScimValue } from '../scim/scim-value.ts';

/** Tells which values of a multi-valued attribute a source's filter selects. */
export type ValueTest = Test<ScimValue>;

/** A rule of the tenant's mapping, its paths resolved once for all requests. */
export interface CompiledRule {
  /** Source in canonical spelling, for messages. */
  readonly source: string;
  /** Target as the tenant wrote it, for messages. */
  readonly target: string;
  /** The target's names from the outside in: `contact.email` is `['contact', 'email']`. */
  readonly targetNames: readonly string[];
  readonly required: boolean;
  readonly type: MappingValueType | null;
  readonly path: ResolvedPath;
  /** From the source's value filter; null when it has none. */
  readonly selects: ValueTest | null;
}

/** @throws MappingSourceError, and ScimError when its filter compares a sub-attribute with a value of another type */
export function compileRule(rule: MappingRule, schemas: SchemaSet): CompiledRule {
  const { canonical, path } = compileMappingSource(rule.source, schemas);
  return {
    source: canonical,
    target: rule.target,
    targetNames: rule.target.split('.'),
    required: rule.required,
    type: rule.type,
    path,
    selects: path.filter === null ? null : compileValueFilter(path.filter, path.attribute),
  };
}
