import { isInvalidSpec, type ScimTenant } from '../api/scim-tenant.ts';
import type { Condition, ConditionType, ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { Applied, TenantEvent } from './action.ts';
import { HOW_TO_SWITCH_ON } from './detail-conditions.ts';
import { oneLine } from './run-problem.ts';
import { unsupportedSettings } from './unsupported-settings.ts';

/** An Event's message takes 1,024 characters. */
const MAX_MESSAGE = 1_000;

/** Tells what is different from the stored status; a run that changes nothing says nothing. */
export function eventsOf(tenant: ScimTenant, next: ScimTenantStatus, { done }: Pick<Applied, 'done'>): readonly TenantEvent[] {
  const before = tenant.status;
  return [
    ...breakerEvents(tenant, next),
    ...stalledEvents(before?.conditions ?? [], next.conditions),
    ...done.flatMap((action) => (action.kind === 'CreateTokenSecret' ? [tokenCreated(action.name, action.key)] : [])),
    ...tokenEvents(before, next),
    ...settingEvents(tenant, before),
  ].map((event) => ({ ...event, message: oneLine(event.message, MAX_MESSAGE) }));
}

function breakerEvents({ status, spec }: ScimTenant, { breaker }: ScimTenantStatus): TenantEvent[] {
  if (breaker.trips > (status?.breaker.trips ?? 0)) {
    const inService = !isInvalidSpec(spec) && spec.failurePolicy.action === 'NotifyOnly';
    const consequence = inService ? 'the tenant stays in service' : `the tenant is switched off; ${HOW_TO_SWITCH_ON}`;
    return [{ type: 'Warning', reason: 'Tripped', message: `${breaker.reason}; ${consequence}` }];
  }
  if (status?.breaker.state === 'Open' && breaker.state === 'Closed') {
    return [{ type: 'Normal', reason: 'BreakerClosed', message: 'The breaker is closed; failures from before are no longer counted' }];
  }
  return [];
}

/** A trip has its own event. */
function stalledEvents(before: readonly Condition[], after: readonly Condition[]): TenantEvent[] {
  const [was, is] = [find(before, 'Stalled'), find(after, 'Stalled')];
  if (is && is.reason !== 'Tripped' && (is.reason !== was?.reason || is.message !== was.message)) {
    return [{ type: 'Warning', reason: is.reason, message: is.message }];
  }
  if (was && was.reason !== 'Tripped' && !is) {
    return [{ type: 'Normal', reason: 'Resolved', message: `${was.reason} is resolved` }];
  }
  return [];
}

function tokenCreated(name: string, key: string): TenantEvent {
  const command = `kubectl get secret ${name} -o jsonpath='{.data.${key.replaceAll('.', String.raw`\.`)}}' | base64 -d`;
  return { type: 'Normal', reason: 'TokenCreated', message: `Created Secret "${name}" with a new token; read it with: ${command}` };
}

function tokenEvents(before: ScimTenantStatus | null, next: ScimTenantStatus): TenantEvent[] {
  const events: TenantEvent[] = [];
  const old = before?.token.fingerprint ?? null;
  const { fingerprint, previousValidUntil } = next.token;
  if (old !== null && fingerprint !== null && fingerprint !== old) {
    const rest =
      previousValidUntil === null ? 'the previous one is no longer accepted' : `the previous one is accepted until ${previousValidUntil}`;
    events.push({ type: 'Normal', reason: 'TokenRotated', message: `The token was changed; ${rest}` });
  }
  const [was, is] = [find(before?.conditions ?? [], 'TokenReady'), find(next.conditions, 'TokenReady')];
  if (is && (is.reason === 'ExpiresSoon' || is.reason === 'Expired') && was?.reason !== is.reason) {
    events.push({ type: 'Warning', reason: `Token${is.reason}`, message: is.message });
  }
  return events;
}

function settingEvents({ spec, generation }: ScimTenant, before: ScimTenantStatus | null): TenantEvent[] {
  if (isInvalidSpec(spec) || before?.observedGeneration === generation) return [];
  const settings = unsupportedSettings(spec);
  if (settings.length === 0) return [];
  return [
    {
      type: 'Warning',
      reason: 'NotYetActedOn',
      message: `This version keeps these settings without acting on them: ${settings.join(', ')}`,
    },
  ];
}

function find(conditions: readonly Condition[], type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}
