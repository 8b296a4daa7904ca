import type { Scalar } from '#common/convert-scalar.ts';
import { ENTERPRISE_USER_SCHEMA } from '#common/scim/enterprise-user-schema.ts';
import { sourcesOf, type DeactivationGuard, type TenantConfig } from '#common/tenant-config.ts';
import type { CompiledRule, CompiledSource } from '#scim-service/domain/compiled-rule.ts';
import type { TenantModel } from '#scim-service/domain/tenant-model.ts';
import type { LoadedTenant } from '../load-tenant.ts';

/** What `show --json` prints; scripts rely on the names. */
export interface MappingDescription {
  readonly tenant: string;
  readonly displayName: string | null;
  readonly preset: string | null;
  readonly mapping: readonly DescribedRule[];
  readonly newUserDefaults: TenantConfig['newUserDefaults'];
  readonly matchExistingBy: readonly string[];
  readonly users: TenantConfig['users'];
  readonly deactivationGuard: DeactivationGuard | null;
  readonly groups: TenantConfig['groups'];
  /** Paths of what is taken of a person; the rest is accepted and dropped. */
  readonly taken: readonly string[];
  /** Extensions that the mapping itself declares. */
  readonly extensions: readonly {
    readonly schema: string;
    readonly attributes: readonly { readonly name: string; readonly type: string; readonly list: boolean }[];
  }[];
}

export interface DescribedRule {
  readonly target: string;
  readonly sources: readonly string[];
  readonly constant: Scalar | null;
  /** As the rule says; null when it doesn't. */
  readonly type: string | null;
  /** What the product gets then: the type of the attribute, or of the values that the rule itself has. */
  readonly valueType: string;
  readonly required: boolean;
  readonly transform: string;
  readonly valueMap: { readonly values: Readonly<Record<string, Scalar>>; readonly default: Scalar | null } | null;
  readonly ofPreset: boolean;
}

export function describeMapping({ key, spec, model, rules }: LoadedTenant): MappingDescription {
  const { config } = model;
  return {
    tenant: key,
    displayName: config.displayName,
    preset: spec.preset ?? null,
    mapping: rules.map(({ rule, ofPreset }, index) => ({
      target: rule.target,
      sources: sourcesOf(rule),
      constant: rule.constant,
      type: rule.type,
      valueType: rule.type ?? valueTypeOf(model.rules[index]),
      required: rule.required,
      transform: rule.transform,
      valueMap: rule.valueMap && {
        values: Object.fromEntries(rule.valueMap.values.map(({ from, to }) => [from, to])),
        default: rule.valueMap.default,
      },
      ofPreset,
    })),
    newUserDefaults: config.newUserDefaults,
    matchExistingBy: config.matchExistingBy,
    users: config.users,
    deactivationGuard: config.deactivationGuard,
    groups: config.groups,
    taken: takenPaths(model),
    extensions: model.schemas.extensions
      .filter(({ id }) => id !== ENTERPRISE_USER_SCHEMA.id)
      .map(({ id, attributes }) => ({
        schema: id,
        attributes: attributes.map(({ name, type, multiValued }) => ({ name, type, list: multiValued })),
      })),
  };
}

function valueTypeOf(rule: CompiledRule | undefined): string {
  if (!rule) return '';
  const own = rule.constant === null ? [...(rule.valueMap?.values.values() ?? [])] : [rule.constant];
  if (rule.constant !== null || rule.valueMap !== null) return [...new Set(own.map((value) => typeof value))].join(' or ');
  return [...new Set(rule.sources.map(sourceType))].join(' or ');
}

function sourceType({ path }: CompiledSource): string {
  const { attribute, subAttribute, filter } = path;
  const list = (attribute.multiValued && filter === null) || subAttribute?.multiValued === true;
  return `${(subAttribute ?? attribute).type}${list ? ' list' : ''}`;
}

/** The selection in the words of SCIM, core attributes first. */
function takenPaths({ selection, rules }: TenantModel): readonly string[] {
  const sources = rules.flatMap((rule) => rule.sources);
  const paths: string[] = [];
  const addAll = (prefix: string, attributes: TenantModel['selection']['core']): void => {
    for (const [name, part] of attributes) {
      const path = prefix + name;
      if (part.keep === 'whole') paths.push(path);
      else if (part.keep === 'subAttributes') paths.push(...[...part.names].map((sub) => `${path}.${sub}`));
      else
        paths.push(...sources.filter((source) => source.path.attribute === part.definition).map(({ text }) => withoutSubAttribute(text)));
    }
  };
  addAll('', selection.core);
  for (const [urn, attributes] of selection.extensions) addAll(`${urn}:`, attributes);
  return [...new Set(paths)];
}

/** `emails[type eq "work"].value` -> `emails[type eq "work"]`: a value that a filter selects is taken as a whole. */
function withoutSubAttribute(text: string): string {
  return text.slice(0, text.lastIndexOf(']') + 1);
}
