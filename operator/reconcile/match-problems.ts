import { compileMappingSource } from '#common/scim/mapping-source.ts';
import type { ResolvedPath } from '#common/scim/resolve-path.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import { sourcesOf, type MappingRule } from '#common/tenant-config.ts';

export interface MatchInput {
  readonly matchExistingBy: readonly string[];
  /** Of every rule with a source, those with problems of their own included. */
  readonly targets: ReadonlySet<string>;
  /** Without problems. */
  readonly rules: readonly MappingRule[];
  /** What `mappingSchemas` makes of the whole mapping. */
  readonly schemas: SchemaSet;
}

/**
 * Checks by what existing people are to be recognised: by a field that the directory fills and that holds a single value.
 * @returns one line each, with the place in spec and what would be accepted
 */
export function matchProblems({ matchExistingBy, targets, rules, schemas }: MatchInput): string[] {
  return matchExistingBy.flatMap((target, index) => {
    const place = `matchExistingBy[${index}]`;
    if (!targets.has(target)) return [`${place}: no rule with a source has the target "${target}"; name one that has`];
    const rule = rules.find((each) => each.target === target);
    const held = rule ? severalValues(rule, schemas) : null;
    if (held === null) return [];
    return [
      `${place}: "${target}" holds ${held}, by which nobody is recognised; name a target with a single value, such as a mail address`,
    ];
  });
}

/** What else than a single value the rule makes; null when it makes one. */
function severalValues(rule: MappingRule, schemas: SchemaSet): string | null {
  if (rule.type === 'StringList') return 'a list (type StringList)';
  const wantsScalar = rule.type !== null || rule.transform !== 'none' || rule.valueMap !== null;
  for (const source of sourcesOf(rule)) {
    const { path } = compileMappingSource(source, schemas);
    if (isList(path)) return `a list (source ${source})`;
    if (isRecord(path, wantsScalar)) return `a record (source ${source})`;
  }
  return null;
}

/** All of a multi-valued attribute, or one field of all of its values. */
function isList({ attribute, filter, subAttribute }: ResolvedPath): boolean {
  return (attribute.multiValued && filter === null) || (subAttribute?.multiValued ?? false);
}

/** A complex value, unless the rule wants a scalar and there is a `value` to stand for it. */
function isRecord({ attribute, subAttribute }: ResolvedPath, wantsScalar: boolean): boolean {
  const fields = (subAttribute ?? attribute).subAttributes;
  return fields !== undefined && !(wantsScalar && fields.some(({ name }) => name === 'value'));
}
