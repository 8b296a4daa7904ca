import type { MappingRule } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { isInvalidSpec, type ScimTenant } from '#operator/api/scim-tenant.ts';
import type { ScimTenantSpec } from '#operator/api/scim-tenant-spec.ts';
import { compileMapping } from '#operator/reconcile/compile-mapping.ts';
import { deactivationGuard, desiredConfig } from '#operator/reconcile/desired-config.ts';
import { effectiveRules } from '#operator/reconcile/effective-rules.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import { CliError, NOT_DONE, REFUSED } from './cli-error.ts';
import { openTenantSource } from './open-tenant-source.ts';
import type { TenantSource } from './tenant-source.ts';
import type { Terminal } from './terminal.ts';

export interface LoadedTenant {
  readonly key: TenantKey;
  /** Where it was found, for messages. */
  readonly place: string;
  readonly kind: TenantSource['kind'];
  readonly spec: ScimTenantSpec;
  /** What the SCIM service would be given, and makes of it. */
  readonly model: TenantModel;
  /** Rules in the order of the model's, each with whether it comes from the preset. */
  readonly rules: readonly { readonly rule: MappingRule; readonly ofPreset: boolean }[];
}

/** The most tenants that a message lists. */
const LISTED_TENANTS = 20;

/**
 * Finds a tenant and compiles its mapping as the operator and the service do.
 * @throws CliError when it isn't there, or its spec has problems (all of them are told); what openTenantSource throws
 */
export async function loadTenant(key: TenantKey, file: string | undefined, terminal: Terminal): Promise<LoadedTenant> {
  await using source = await openTenantSource(file, terminal);
  const tenant = (await source.find(key)) ?? (await notFound(source, key));
  return { place: source.place, kind: source.kind, ...compileTenant(key, tenant) };
}

function compileTenant(key: TenantKey, tenant: ScimTenant): Pick<LoadedTenant, 'key' | 'spec' | 'model' | 'rules'> {
  const { spec } = tenant;
  if (isInvalidSpec(spec)) throw withProblems(key, spec.problems);
  const { rules, problems } = compileMapping(spec);
  if (problems.length > 0)
    throw withProblems(
      key,
      problems.map((problem) => (problem.startsWith('preset ') ? problem : `spec.${problem}`)),
    );
  const live = { state: { kind: 'Active' }, tokenDigests: [], breakerEpoch: 0, deactivationGuard: deactivationGuard(spec) } as const;
  const config = desiredConfig({ tenant, spec, mapping: rules, derived: null, live });
  const ofPreset = effectiveRules(spec).map(({ place }) => place.startsWith('preset '));
  return {
    key,
    spec,
    model: compileTenantModel(config),
    rules: rules.map((rule, index) => ({ rule, ofPreset: ofPreset[index] === true })),
  };
}

function withProblems(key: TenantKey, problems: readonly string[]): CliError {
  return new CliError(REFUSED, [`the spec of ${key} has problems`, ...problems.map((problem) => `  ${problem}`)]);
}

async function notFound(source: TenantSource, key: TenantKey): Promise<never> {
  const keys = await source.keys();
  const listed = (keys ?? []).toSorted().slice(0, LISTED_TENANTS);
  const more = (keys ?? []).length - listed.length;
  const there = keys?.length === 0 ? ['there is none at all'] : listed.length === 0 ? [] : ['there are'];
  throw new CliError(NOT_DONE, [
    `${source.place} has no tenant ${key}`,
    ...there,
    ...listed.map((other) => `  ${other}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]);
}
