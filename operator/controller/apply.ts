import type { ScimTenant } from '../api/scim-tenant.ts';
import type { Action, Applied } from '../reconcile/action.ts';
import type { ClusterWriter, Leadership, Notifier } from './ports.ts';

export interface ApplyParts {
  readonly writer: ClusterWriter;
  readonly notifier: Notifier;
  readonly leadership: Leadership;
  readonly newToken: () => string;
}

/**
 * Carries out a plan in its order. A failed write of the config or of a Secret ends it; a failed mirror does not keep
 * the mails from being sent.
 * @throws Error only when this process may no longer write
 */
export async function apply(parts: ApplyParts, tenant: ScimTenant, actions: readonly Action[]): Promise<Applied> {
  const done: Action[] = [];
  let failed: Applied['failed'] = null;
  for (const action of actions) {
    parts.leadership.assertHeld();
    try {
      await carryOut(parts, tenant, action);
      done.push(action);
    } catch (error) {
      // The lease may have run out meanwhile, and the write may have failed for that alone.
      parts.leadership.assertHeld();
      failed ??= { action, error: error instanceof Error ? error : new Error(String(error)) };
      if (action.kind !== 'MirrorDisabled') break;
    }
  }
  return { done, failed };
}

async function carryOut({ writer, notifier, newToken }: ApplyParts, tenant: ScimTenant, action: Action): Promise<void> {
  switch (action.kind) {
    case 'ApplyDerivedConfig':
      return writer.applyDerivedConfig(action.config);
    case 'CreateTokenSecret':
      return writer.createTokenSecret(tenant, { name: action.name, key: action.key, token: newToken() });
    case 'RotateToken':
      return writer.rotateTokenSecret(tenant, { name: action.name, key: action.key, token: newToken(), version: action.version });
    case 'MirrorDisabled':
      return writer.mirrorDisabled(tenant, action.disabled);
    case 'HoldTenant':
      return writer.holdTenant(tenant);
    case 'ReleaseTenant':
      return writer.releaseTenant(tenant);
    case 'Notify':
      for (const notice of action.notices) notifier.submit(notice);
      return;
  }
}
