import { z } from 'zod';
import { sha256Hex } from './sha256-hex.ts';
import { tenantKey, type TenantKey } from './tenant-key.ts';

/**
 * The one format between the two programs: what the operator renders for a tenant and the SCIM service serves.
 * It holds digests and never a token. In a cluster it is the `config.json` of a Secret in the config namespace.
 */

/** A percentage lets at least this many go, so that a tenant of ten people isn't switched off by the third. */
export const DEACTIVATIONS_AT_LEAST = 20;

/** Raised when a field changes its meaning or goes; a service of before refuses the config then. */
export const TENANT_CONFIG_VERSION = 1;

/** By its name, what tells whether a config uses it. */
export type ConfigFeatures = Readonly<Record<string, (config: Omit<TenantConfig, 'requires'>) => boolean>>;

/**
 * Parts of a config that a service must know to serve the tenant as it is meant. A config names those that it uses
 * (`requires`), and a service that does not know one refuses the config, since it would ignore a field that it must not
 * ignore. There is none yet: what a config of 0.1.0 can say, every service knows. Whoever extends the format asks what a
 * service of before makes of it (docs/adr/0017):
 *
 * | what is new                                             | a service of before              | so                                |
 * | ------------------------------------------------------- | -------------------------------- | --------------------------------- |
 * | a state, value type, transform or kind of limit         | can't read it, refuses it        | nothing                           |
 * | a field that tells more or gives more (`newlySelected`) | ignores it, and does no harm     | nothing                           |
 * | a field that holds something back (`deactivationGuard`) | ignores it, does what is held    | a feature, used unless at default |
 * | a field that changes what is stored (`valueMap`)        | ignores it, stores something else | a feature, used unless at default |
 * | a field that means something else, or goes              | misreads it                      | TENANT_CONFIG_VERSION             |
 *
 * Each new field is left out of the rendered text at its default, as `requires` is: otherwise an upgrade would render all
 * configs anew, and pods of two versions would not agree on the revision of one config.
 */
const CONFIG_FEATURES: ConfigFeatures = {};

const isoDateTime = z.iso.datetime();

const tokenDigestSchema = z.object({
  /** SHA-256 of the bearer token's UTF-8 bytes, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** When a previous token stops being accepted; null for the current one. */
  validUntil: isoDateTime.nullable(),
});

const mappingValueTypeSchema = z.enum(['String', 'Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference', 'StringList']);

const scalarSchema = z.union([z.string(), z.number(), z.boolean()]);

const mappingRuleSchema = z.object({
  /** SCIM attribute path with names in canonical case, for example `emails[type eq "work"].value`; null with a constant. */
  source: z.string().min(1).nullable(),
  /** Further sources: the first that has a value counts, `source` before all. */
  otherSources: z.array(z.string().min(1)).default([]),
  /** Dotted path in the product's record, for example `contact.email`. */
  target: z.string().min(1),
  required: z.boolean(),
  /** What the value is converted to; null keeps the attribute's own SCIM type. */
  type: mappingValueTypeSchema.nullable(),
  /** Done to text before anything else; text that it leaves empty counts as none. */
  transform: z.enum(['none', 'lower', 'upper', 'trim']).default('none'),
  /** From the directory's value, as text, to the product's. Sorted by `from`, so that equal maps are rendered alike. */
  valueMap: z
    .object({
      values: z.array(z.object({ from: z.string(), to: scalarSchema })),
      /** For a value that isn't listed; null refuses it. */
      default: scalarSchema.nullable(),
    })
    .nullable()
    .default(null),
  /** What everybody gets; null when the rule has a source. */
  constant: scalarSchema.nullable().default(null),
});

/** How many people a window may see deactivated before the rest is refused. */
const deactivationLimitSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('Count'), count: z.int().positive() }),
  /** Of the people whom the tenant had when the window began; small tenants may lose DEACTIVATIONS_AT_LEAST all the same. */
  z.object({ kind: z.literal('Percent'), percent: z.int().min(1).max(100) }),
]);

const tenantStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('Active') }),
  /** Somebody set `spec.enabled: false`. */
  z.object({ kind: z.literal('Disabled') }),
  /** The breaker opened; `reason` is one line for the directory's admin. */
  z.object({ kind: z.literal('Tripped'), openedAt: isoDateTime, reason: z.string() }),
  /**
   * The ScimTenant is being deleted, and its people with it. A pod of before this state refuses the config and goes on serving
   * the last good one, so it never acknowledges, and the deletion waits until it has been replaced.
   */
  z.object({
    kind: z.literal('Deleting'),
    /** `metadata.uid` of the ScimTenant: a later one of the same name has another. */
    id: z.string().min(1),
    /** Every pod has refused requests for long enough that none is under way: from now on nothing that is removed comes back. */
    settled: z.boolean(),
  }),
]);

export const tenantConfigSchema = z.object({
  version: z.literal(TENANT_CONFIG_VERSION),
  /** Names of features without which the config must not be served, sorted. */
  requires: z.array(z.string().min(1)).default([]),
  namespace: z.string().min(1),
  name: z.string().min(1),
  /** `metadata.generation` of the ScimTenant that this was rendered from. */
  generation: z.int().nonnegative(),
  displayName: z.string().nullable(),
  state: tenantStateSchema,
  /** The current token first, then previous ones that are still valid. Empty when there is no usable token. */
  tokenDigests: z.array(tokenDigestSchema),
  mapping: z.array(mappingRuleSchema),
  newUserDefaults: z.array(z.object({ target: z.string().min(1), value: scalarSchema })),
  matchExistingBy: z.array(z.string()),
  users: z.object({ onDelete: z.enum(['Deactivate', 'Remove']), retentionSeconds: z.number().nonnegative() }),
  groups: z.object({ enabled: z.boolean() }),
  /** Null in a config of before there was a guard. */
  deactivationGuard: z
    .object({
      limit: deactivationLimitSchema,
      windowSeconds: z.number().positive(),
      /** False where the breaker only notifies: then deactivations beyond the limit are told and done. */
      refuses: z.boolean(),
    })
    .nullable()
    .default(null),
  /** Sources that the mapping before this one did not take: they arrive when the directory sends everybody again. */
  newlySelected: z.array(z.string()).default([]),
  rateLimit: z.object({ requestsPerSecond: z.number().positive(), burst: z.number().positive() }),
  /** Outcomes are counted for one epoch; closing the breaker starts the next, so old failures cannot trip it again. */
  breakerEpoch: z.int().nonnegative(),
});

export type TenantConfig = z.infer<typeof tenantConfigSchema>;
export type TenantState = z.infer<typeof tenantStateSchema>;
export type TokenDigest = z.infer<typeof tokenDigestSchema>;
export type MappingRule = z.infer<typeof mappingRuleSchema>;
export type MappingValueType = z.infer<typeof mappingValueTypeSchema>;

export type DeactivationLimit = z.infer<typeof deactivationLimitSchema>;
export type DeactivationGuard = NonNullable<TenantConfig['deactivationGuard']>;

export type MappingTransform = MappingRule['transform'];

/** Sources of a rule in the order in which they are tried; none when it has a constant. */
export function sourcesOf({ source, otherSources }: Pick<MappingRule, 'source' | 'otherSources'>): readonly string[] {
  return source === null ? otherSources : [source, ...otherSources];
}

export function tenantKeyOf(config: TenantConfig): TenantKey {
  return tenantKey(config);
}

/** Name of the derived Secret, unique because a namespace has no dot. */
export function derivedSecretName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}.${name}`;
}

/** The config with the features that it uses, whatever it says that it requires. */
export function withRequirements(config: Omit<TenantConfig, 'requires'>, features: ConfigFeatures = CONFIG_FEATURES): TenantConfig {
  const used = Object.entries(features).filter(([, isUsedBy]) => isUsedBy(config));
  return { ...config, requires: used.map(([name]) => name).sort() };
}

export function knowsFeature(name: string, features: ConfigFeatures = CONFIG_FEATURES): boolean {
  return Object.hasOwn(features, name);
}

/** Renders a config as it is stored; equal configs give equal text whatever the order of their keys. */
export function renderTenantConfig(config: TenantConfig): string {
  const { version, requires, ...others } = tenantConfigSchema.parse(config);
  return JSON.stringify({ version, ...(requires.length > 0 && { requires }), ...others });
}

/**
 * Reads a stored config, whatever it requires: for whoever goes on from it, and does not serve it. Unknown fields are ignored.
 * @throws z.ZodError when the text is JSON of another shape, SyntaxError when it is not JSON
 */
export function parseTenantConfig(text: string): TenantConfig {
  return tenantConfigSchema.parse(JSON.parse(text));
}

/** Identifies one rendering: pods echo it, and the operator compares it with what it wrote. 16 hex digits. */
export function tenantConfigRevision(config: TenantConfig): string {
  return renderedRevision(renderTenantConfig(config));
}

/** tenantConfigRevision of a text that may be more than this version understands. */
export function renderedRevision(text: string): string {
  return sha256Hex(text).slice(0, 16);
}

/** Raised when the same mapping makes another record of the same person. */
const PROJECTION_VERSION = 1;

/**
 * Identifies what a mapping makes of people, in whatever order its rules stand; those of another projection are made anew.
 * @returns 16 hex digits
 */
export function projectionRevision({ mapping }: { readonly mapping: readonly MappingRule[] }): string {
  const rules = mapping.toSorted((left, right) => (left.target < right.target ? -1 : 1));
  return sha256Hex(JSON.stringify([PROJECTION_VERSION, rules])).slice(0, 16);
}
