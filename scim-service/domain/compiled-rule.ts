import { MappingSourceError, compileMappingSource } from '#common/scim/mapping-source.ts';
import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { sourcesOf, type MappingRule, type MappingTransform, type MappingValueType } from '#common/tenant-config.ts';
import { compileValueFilter, type Test } from '../scim/filter/evaluate-filter.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { ScimValue } from '../scim/scim-value.ts';
import { convertValue } from './convert-value.ts';
import type { PersonValue } from './stored-user.ts';

/** Tells which values of a multi-valued attribute a source's filter selects. */
export type ValueTest = Test<ScimValue>;

export interface CompiledSource {
  /** In canonical spelling, for messages. */
  readonly text: string;
  readonly path: ResolvedPath;
  /** From the source's value filter; null when it has none. */
  readonly selects: ValueTest | null;
}

export interface CompiledValueMap {
  /** From the directory's value, as text. */
  readonly values: ReadonlyMap<string, string | number | boolean>;
  /** For a value that isn't listed; null refuses it. */
  readonly otherwise: string | number | boolean | null;
}

/** A rule of the tenant's mapping, its paths resolved once for all requests. */
export interface CompiledRule {
  /** In the order in which they are tried; none when the rule has a constant. */
  readonly sources: readonly CompiledSource[];
  /** What everybody gets, of the rule's type; null when the rule has sources. */
  readonly constant: PersonValue | null;
  /** Target as the tenant wrote it, for messages. */
  readonly target: string;
  /** The target's names from the outside in: `contact.email` is `['contact', 'email']`. */
  readonly targetNames: readonly string[];
  readonly required: boolean;
  readonly type: MappingValueType | null;
  readonly transform: MappingTransform;
  readonly valueMap: CompiledValueMap | null;
}

/** A rule that can't be served; the message says which part of it and why. */
export class MappingRuleError extends Error {
  readonly code = 'mapping_rule';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MappingRuleError';
  }
}

/** @throws MappingRuleError */
export function compileRule(rule: MappingRule, schemas: SchemaSet): CompiledRule {
  const { target, required, type, transform, valueMap } = rule;
  const sources = sourcesOf(rule).map((source) => compileSource(source, schemas));
  const constant = compileConstant(rule);
  if ((sources.length === 0) === (constant === null)) {
    throw new MappingRuleError(`the rule for target ${JSON.stringify(target)} needs either a source or a constant`);
  }
  return {
    sources,
    constant,
    target,
    targetNames: target.split('.'),
    required,
    type,
    transform,
    valueMap: valueMap && { values: new Map(valueMap.values.map(({ from, to }) => [from, to])), otherwise: valueMap.default },
  };
}

function compileSource(source: string, schemas: SchemaSet): CompiledSource {
  try {
    const { canonical, path } = compileMappingSource(source, schemas);
    return { text: canonical, path, selects: path.filter === null ? null : compileValueFilter(path.filter, path.attribute) };
  } catch (error) {
    if (error instanceof MappingSourceError) throw new MappingRuleError(error.message, { cause: error });
    // The filter compares a sub-attribute with a value of another type.
    if (!(error instanceof ScimError)) throw error;
    throw new MappingRuleError(`mapping source ${JSON.stringify(source.slice(0, 200))}: ${error.message}`, { cause: error });
  }
}

function compileConstant({ constant, type, target }: MappingRule): PersonValue | null {
  if (constant === null || type === null) return constant;
  const converted = convertValue(constant, type);
  if (converted === null) throw new MappingRuleError(`the constant for target ${JSON.stringify(target)} is not of type ${type}`);
  return converted;
}
