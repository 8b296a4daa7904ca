import { isDeepStrictEqual } from 'node:util';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { Action } from './action.ts';
import type { Decision } from './decision.ts';
import { noticesToSubmit } from './notices.ts';
import type { Observed } from './observed.ts';

/**
 * What has to be written to bring about the decision; empty when everything is as it should be.
 *
 * The finalizer comes before the first config, so that nobody is taken whom a deletion would not remove; later it can wait, as
 * nothing else shall wait for it. After that the SCIM service comes first, so that a tripped tenant stops at once. Mirror and
 * mails belong to a trip that an earlier run has stored: after a crash at any point the next run finds out by the status what is
 * still owed. Of a paused tenant everything stays owed.
 */
export function plan(observed: Observed, decision: Decision): readonly Action[] {
  const { config, revision, spec, token, mirror, finalizer, paused } = decision;
  if (paused) return [];
  const actions: Action[] = [];
  const isFirst = observed.derived === null;
  if (finalizer === 'add' && isFirst) actions.push({ kind: 'HoldTenant' });
  if (config && !isInForce(observed.derived, { config, revision })) {
    actions.push({ kind: 'ApplyDerivedConfig', config });
  }
  if (spec && token.create) actions.push({ kind: 'CreateTokenSecret', ...spec.tokenSecretRef });
  if (mirror) actions.push({ kind: 'MirrorDisabled', disabled: mirror === 'write' });
  const notices = noticesToSubmit(observed);
  if (notices.length > 0) actions.push({ kind: 'Notify', notices });
  if (finalizer === 'add' && !isFirst) actions.push({ kind: 'HoldTenant' });
  if (finalizer === 'remove') actions.push({ kind: 'ReleaseTenant' });
  // Last: the config above holds the token that is to be replaced, so that the next run finds it there as the previous one.
  if (spec && token.rotation.due !== null && observed.tokenSecret !== null && 'version' in observed.tokenSecret) {
    actions.push({ kind: 'RotateToken', ...spec.tokenSecretRef, version: observed.tokenSecret.version });
  }
  return actions;
}

/** Mostly they are equal as they are, which costs a tenth of rendering one of them. */
function isInForce(derived: TenantConfig | null, wanted: Pick<Decision, 'config' | 'revision'>): boolean {
  return derived !== null && (isDeepStrictEqual(derived, wanted.config) || tenantConfigRevision(derived) === wanted.revision);
}
