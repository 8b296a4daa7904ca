import { parseDuration } from '#common/duration.ts';
import { ROTATE_AT_ANNOTATION, type ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import type { TokenStatus } from '../api/scim-tenant-status.ts';
import type { TokenSecret } from './observed.ts';

export interface TokenRotation {
  /** What calls for a new token in this run; null when nothing does. */
  readonly due: 'Annotation' | 'Age' | null;
  /** When the token's age calls for a new one, in milliseconds since 1970; null when it never will. */
  readonly at: number | null;
  readonly status: Pick<TokenStatus, 'observedRotateAt' | 'refusedRotation'>;
}

export interface TokenRotationInput {
  readonly tenant: Pick<ScimTenant, 'name' | 'annotations'>;
  readonly spec: ScimTenantSpec;
  readonly secret: TokenSecret;
  /** As the stored status has it; null when the tenant is seen for the first time. */
  readonly previous: TokenStatus | null;
  /** Of the token that the Secret holds now; nulls when it is not usable. */
  readonly token: Pick<TokenStatus, 'fingerprint' | 'rotatedAt'>;
  readonly now: number;
}

/**
 * Whether the operator makes a new token in place of the one in the Secret.
 *
 * - By the annotation `rotate-at`: any value that is new. The Secret is written together with the value that the new token
 *   was made for, so whoever finds that value there, after a crash too, makes no second one. A tenant that is seen for the
 *   first time, as after a restore, has handled what it comes with.
 * - By age: `tokenPolicy.rotateAfter` after the run that saw the token first. A new token is young, so this can't repeat.
 *
 * A Secret that the operator did not make for this tenant, or that is immutable, is not written; the status says so until
 * the token was changed by other means, or is no longer asked for.
 */
export function tokenRotation(input: TokenRotationInput): TokenRotation {
  const { tenant, spec, secret, previous, token, now } = input;
  const wanted = tenant.annotations[ROTATE_AT_ANNOTATION] ?? '';
  const seen = seenRotateAt(tenant, previous);
  const isNew = wanted !== '' && wanted !== seen && wanted !== secret.rotateAt;
  const byAge = spec.tokenPolicy.rotateAfter;

  const obstacle = obstacleOf(secret, tenant.name);
  if (obstacle !== null) {
    const stillRefused = previous?.refusedRotation?.rotateAt === wanted && previous.fingerprint === token.fingerprint;
    const asked = isNew || (wanted !== '' && stillRefused);
    const refused = asked || byAge !== undefined ? { reason: obstacle, rotateAt: asked ? wanted : '' } : null;
    return { due: null, at: null, status: { observedRotateAt: isNew ? wanted : seen, refusedRotation: refused } };
  }

  const at = byAge === undefined || token.rotatedAt === null ? null : Date.parse(token.rotatedAt) + parseDuration(byAge);
  const handled = wanted !== '' && !isNew ? wanted : seen;
  return {
    due: isNew ? 'Annotation' : at !== null && now >= at ? 'Age' : null,
    at,
    status: { observedRotateAt: handled, refusedRotation: null },
  };
}

/** The value of the annotation that needs nothing any more. */
export function seenRotateAt({ annotations }: Pick<ScimTenant, 'annotations'>, previous: TokenStatus | null): string {
  return previous === null ? (annotations[ROTATE_AT_ANNOTATION] ?? '') : previous.observedRotateAt;
}

/** Why the operator may not write the Secret; null when it may. */
export function obstacleOf(secret: TokenSecret, tenant: string): 'NotGenerated' | 'Immutable' | null {
  // Of two tenants with one Secret, only the one that it was made for decides.
  if (!secret.generated || (secret.madeFor !== null && secret.madeFor !== tenant)) return 'NotGenerated';
  return secret.immutable ? 'Immutable' : null;
}
