import { ACCEPTED_VALUES, convertScalar, type Scalar } from '#common/convert-scalar.ts';
import { compileMappingSource, MappingSourceError } from '#common/scim/mapping-source.ts';
import type { SchemaSet } from '#common/scim/schema.ts';
import type { MappingRule, MappingValueType } from '#common/tenant-config.ts';
import type { SpecMappingRule } from '../api/scim-tenant-spec.ts';
import type { PlacedRule } from './effective-rules.ts';

export interface CompiledRule {
  /** With sources in canonical case; null when the rule has problems. */
  readonly rule: MappingRule | null;
  /** One line each, with the place in spec and what would be accepted. */
  readonly problems: readonly string[];
}

/** The rule as a tenant's config has it, its sources as they are written. */
export function configRule(rule: SpecMappingRule): MappingRule {
  const [source = null, ...otherSources] = writtenSources(rule);
  const { target, required, type, transform, valueMap, constant } = rule;
  return {
    source,
    otherSources,
    target,
    required,
    type: type ?? null,
    transform,
    valueMap: valueMap ? { values: sortedValues(valueMap.values), default: valueMap.default ?? null } : null,
    constant: constant ?? null,
  };
}

/**
 * Checks what the resource's schema can't: sources that SCIM does not know, and constants and values of a map that are not
 * of the rule's type.
 * @param schemas what `mappingSchemas` makes of the whole mapping
 */
export function compileRule({ rule, place }: PlacedRule, schemas: SchemaSet): CompiledRule {
  const problems: string[] = [];
  const convert = (value: Scalar, at: string): Scalar => {
    const converted = convertTo(value, rule.type);
    if (converted === null) problems.push(`${at}: ${JSON.stringify(value)} is not ${wantedBy(rule.type)}`);
    const result = converted ?? value;
    // YAML can say -0; the rendered config can't, and what is decided must equal what is read back.
    return result === 0 ? 0 : result;
  };
  const config = configRule(rule);
  const [source = null, ...otherSources] = canonicalSources({ rule, place }, schemas, problems);
  const constant = config.constant === null ? null : convert(config.constant, `${place}.constant`);
  const valueMap = config.valueMap && {
    values: config.valueMap.values.map(({ from, to }) => ({ from, to: convert(to, `${place}.valueMap.values[${JSON.stringify(from)}]`) })),
    default: config.valueMap.default === null ? null : convert(config.valueMap.default, `${place}.valueMap.default`),
  };
  if (valueMap && rule.type === undefined) problems.push(...mixedKinds(valueMap, place));
  return { rule: problems.length === 0 ? { ...config, source, otherSources, constant, valueMap } : null, problems };
}

function canonicalSources({ rule, place }: PlacedRule, schemas: SchemaSet, problems: string[]): string[] {
  const canonical: string[] = [];
  for (const [index, source] of writtenSources(rule).entries()) {
    try {
      canonical.push(compileMappingSource(source, schemas).canonical);
    } catch (error) {
      if (!(error instanceof MappingSourceError)) throw error;
      problems.push(`${place}${rule.sources ? `.sources[${index}]` : ''}: ${error.message}`);
    }
  }
  return canonical;
}

function writtenSources({ source, sources }: SpecMappingRule): readonly string[] {
  return sources ?? (source === undefined ? [] : [source]);
}

/** By code units, so that the order in which somebody wrote them doesn't make another config. */
function sortedValues(values: Readonly<Record<string, Scalar>>): { from: string; to: Scalar }[] {
  return Object.entries(values)
    .map(([from, to]) => ({ from, to }))
    .sort((left, right) => (left.from < right.from ? -1 : 1));
}

function convertTo(value: Scalar, type: MappingValueType | undefined): Scalar | null {
  if (type === undefined) return value;
  return convertScalar(value, type === 'StringList' ? 'String' : type);
}

function wantedBy(type: MappingValueType | undefined): string {
  const wanted = type ?? 'String';
  return `${ACCEPTED_VALUES[wanted]} (type ${wanted})`;
}

/** Without a type the product gets the values as they are written, and shall not find a number where there was text. */
function mixedKinds({ values, default: otherwise }: NonNullable<MappingRule['valueMap']>, place: string): string[] {
  const kinds = new Set([...values.map(({ to }) => to), ...(otherwise === null ? [] : [otherwise])].map((value) => typeof value));
  if (kinds.size <= 1) return [];
  return [`${place}.valueMap: its values are of different kinds (${[...kinds].join(', ')}); write them alike, or give the rule a type`];
}
