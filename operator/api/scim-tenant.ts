import type { TenantName } from '#common/tenant-key.ts';
import type { ScimTenantSpec } from './scim-tenant-spec.ts';
import type { ScimTenantStatus } from './scim-tenant-status.ts';

export const API_GROUP = 'scim-operator.dev';
export const API_VERSION = 'v1alpha1';
export const KIND = 'ScimTenant';
export const PLURAL = 'scimtenants';

/** On what the operator makes for a tenant: its name. */
export const TENANT_LABEL = `${API_GROUP}/tenant`;

/** Any new value closes an open breaker, as `failurePolicy.resetToken` does. */
export const RESET_AT_ANNOTATION = `${API_GROUP}/reset-at`;

/** Any new value has a token of the operator's own making replaced by a new one. Its Secret carries the value that it was made for. */
export const ROTATE_AT_ANNOTATION = `${API_GROUP}/rotate-at`;

/** While it is `true`, nothing is changed for the tenant. */
export const PAUSED_ANNOTATION = `${API_GROUP}/paused`;

/** Field manager of the one write to spec that the operator makes. */
export const BREAKER_FIELD_MANAGER = 'scim-operator-breaker';
/** Keeps a tenant with `tenantDeletion: Delete` until its people are removed from the store. */
export const PEOPLE_FINALIZER = `${API_GROUP}/people`;
/** Field manager of that finalizer, which a person's or a tool's apply leaves alone therefore. */
export const FINALIZER_FIELD_MANAGER = 'scim-operator-finalizer';
/** Field manager of everything else. */
export const OPERATOR_FIELD_MANAGER = 'scim-operator';
/** Field manager of `kubectl apply` without `--server-side`. */
export const CLIENT_SIDE_APPLY_MANAGER = 'kubectl-client-side-apply';

/** Spec that breaks a rule of the schema; only a directory of files can hold one. */
export interface InvalidSpec {
  /** One line for each problem: path, what is wrong, what would be accepted. */
  readonly problems: readonly string[];
}

/** A ScimTenant as the operator sees it, from whichever cluster. */
export interface ScimTenant extends TenantName {
  readonly uid: string;
  /** Changes with each write to the object; opaque, and empty where nobody else writes to it. A write names the one that it was decided on. */
  readonly resourceVersion: string;
  readonly generation: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** RFC 3339; null while nobody has asked for its deletion. */
  readonly deletionRequestedAt: string | null;
  /** PEOPLE_FINALIZER is on it. */
  readonly held: boolean;
  readonly spec: ScimTenantSpec | InvalidSpec;
  /** Field managers that own `spec.enabled`, from managedFields; a directory of files names `file`. */
  readonly enabledOwners: readonly string[];
  /**
   * Where nobody is known to own it: field managers that write through another version of the kind, which may have another name
   * for it. One of them wrote the value. Empty when that may have been a manifest that is applied again and again.
   */
  readonly possibleOwners: readonly string[];
  /** Field managers whose manifest says `enabled: true`, as far as the cluster can know; a directory of files names nobody. */
  readonly enablingManifests: readonly string[];
  /** Null until the operator wrote one. */
  readonly status: ScimTenantStatus | null;
}

export function isInvalidSpec(spec: ScimTenantSpec | InvalidSpec): spec is InvalidSpec {
  return 'problems' in spec;
}

export function isPaused({ annotations }: Pick<ScimTenant, 'annotations'>): boolean {
  return annotations[PAUSED_ANNOTATION] === 'true';
}
