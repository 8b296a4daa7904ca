import type { TenantConfig } from '#common/tenant-config.ts';
import { isInvalidSpec, type ScimTenant } from '../api/scim-tenant.ts';
import type { Condition, ConditionType, ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { Applied, TenantEvent } from './action.ts';
import { rotationRefusalWords } from './detail-conditions.ts';
import { mappingChangedEvent } from './mapping-changed-event.ts';
import type { Observed } from './observed.ts';
import { oneLineWithPage } from './one-line.ts';
import { readTokenCommand } from './token-commands.ts';
import { tripWords } from './trip-words.ts';

/** An Event's message takes 1,024 characters. */
const MAX_MESSAGE = 1_000;

export interface ConcludedRun {
  readonly observed: Observed;
  readonly inForce: TenantConfig | null;
  readonly next: ScimTenantStatus;
  readonly done: Applied['done'];
}

/** Tells what is different from the stored status; a run that changes nothing says nothing. */
export function eventsOf({ observed, inForce, next, done }: ConcludedRun): readonly TenantEvent[] {
  const { tenant, derived, docsUrl } = observed;
  const before = tenant.status;
  return [
    ...breakerEvents(tenant, next, docsUrl),
    ...withheldEvents(before?.conditions ?? [], next.conditions),
    ...pauseEvents(before?.conditions ?? [], next.conditions),
    ...stalledEvents(before?.conditions ?? [], next.conditions),
    ...done.flatMap((action) => (action.kind === 'CreateTokenSecret' ? [tokenCreated(action.name, action.key)] : [])),
    ...tokenEvents(before, next),
    ...refusalEvents(tenant, next),
    ...mappingEvents(before, next, { derived, inForce }),
  ].map((event) => ({ ...event, message: oneLineWithPage(event.message, MAX_MESSAGE) }));
}

function breakerEvents({ status, spec }: ScimTenant, { breaker }: ScimTenantStatus, docsUrl: string | null): TenantEvent[] {
  if (breaker.trips > (status?.breaker.trips ?? 0)) {
    const action = isInvalidSpec(spec) ? 'Disable' : spec.failurePolicy.action;
    return [{ type: 'Warning', reason: 'Tripped', message: tripWords(breaker, { action, docsUrl }) }];
  }
  if (status?.breaker.state === 'Open' && breaker.state === 'Closed') {
    return [{ type: 'Normal', reason: 'BreakerClosed', message: 'The breaker is closed; failures from before are no longer counted' }];
  }
  if (status?.breaker.freeze && breaker.freeze === null && breaker.state === 'Closed') {
    return [
      {
        type: 'Normal',
        reason: 'FreezeReleased',
        message: 'The failure of the platform is over; failures from before are no longer counted',
      },
    ];
  }
  return [];
}

/** A trip that is kept from happening, told when it begins to be. */
function withheldEvents(before: readonly Condition[], after: readonly Condition[]): TenantEvent[] {
  const [was, is] = [find(before, 'Tripped'), find(after, 'Tripped')];
  return is?.status === 'False' && is.reason !== was?.reason ? [{ type: 'Warning', reason: is.reason, message: is.message }] : [];
}

function pauseEvents(before: readonly Condition[], after: readonly Condition[]): TenantEvent[] {
  const [was, is] = [find(before, 'Ready'), find(after, 'Ready')];
  if (is?.reason === 'Paused' && was?.reason !== 'Paused') return [{ type: 'Normal', reason: 'Paused', message: is.message }];
  if (was?.reason === 'Paused' && is?.reason !== 'Paused') {
    return [{ type: 'Normal', reason: 'Resumed', message: 'The pause is over; what has changed meanwhile is carried out' }];
  }
  return [];
}

/** A trip has its own event. */
function stalledEvents(before: readonly Condition[], after: readonly Condition[]): TenantEvent[] {
  const [was, is] = [find(before, 'Stalled'), find(after, 'Stalled')];
  // Nobody has mended what nobody looks at.
  if (find(after, 'Ready')?.reason === 'Paused') return [];
  if (is && is.reason !== 'Tripped' && (is.reason !== was?.reason || is.message !== was.message)) {
    return [{ type: 'Warning', reason: is.reason, message: is.message }];
  }
  if (was && was.reason !== 'Tripped' && !is) {
    return [{ type: 'Normal', reason: 'Resolved', message: `${was.reason} is resolved` }];
  }
  return [];
}

function tokenCreated(name: string, key: string): TenantEvent {
  const command = readTokenCommand({ name, key });
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
  const known = new Set(before?.notifications.notices.map(({ id }) => id));
  const message = find(next.conditions, 'TokenReady')?.message ?? '';
  for (const notice of next.notifications.notices) {
    if (known.has(notice.id) || notice.kind !== 'TokenExpiry' || notice.state === 'Replaced') continue;
    events.push({ type: 'Warning', reason: `Token${notice.state}`, message });
  }
  return events;
}

/** Told once for each request, and once for a `rotateAfter` that can't be followed. */
function refusalEvents({ status, spec }: ScimTenant, { token }: ScimTenantStatus): TenantEvent[] {
  const [was, is] = [status?.token.refusedRotation ?? null, token.refusedRotation];
  if (is === null || isInvalidSpec(spec) || (was?.reason === is.reason && was.rotateAt === is.rotateAt)) return [];
  return [
    {
      type: 'Warning',
      reason: 'RotationRefused',
      message: `A new token was asked for; ${rotationRefusalWords(spec.tokenSecretRef.name, is.reason)}`,
    },
  ];
}

/** A first mapping changes nothing, and what an older version stored doesn't say which one it was. */
function mappingEvents(
  before: ScimTenantStatus | null,
  { sync }: ScimTenantStatus,
  configs: { readonly derived: TenantConfig | null; readonly inForce: TenantConfig | null },
): TenantEvent[] {
  const old = before?.sync.mapping ?? null;
  if (old === null || sync.mapping === null || sync.mapping === old || configs.inForce === null) return [];
  return [mappingChangedEvent(configs.inForce, configs.derived)];
}

function find(conditions: readonly Condition[], type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}
