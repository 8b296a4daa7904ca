import { sha256Hex } from '#common/sha256-hex.ts';
import { isInvalidSpec, type ScimTenant } from '../api/scim-tenant.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import { tripReason } from '../breaker/trip-reason.ts';
import type { TripNotice } from './action.ts';
import { endpointOf } from './endpoint.ts';
import type { Delivery, Observed } from './observed.ts';

/** One mail of the last trip that the stored status knows of. */
export interface OwedMail {
  readonly recipient: string;
  /** How the status names the recipient. */
  readonly mark: string;
  /** As the stored status has it, or else the notifier. */
  readonly delivery: Delivery;
}

/**
 * Mails of the last trip in the stored status, those that are delivered included; empty when none is due.
 * A trip owes its mails from the moment it is stored until all are delivered, even when the breaker closes before.
 */
export function mailsOfTrip(observed: Observed): readonly OwedMail[] {
  const { tenant, deliveries } = observed;
  const { spec, status } = tenant;
  if (status === null || status.breaker.openedAt === null || isInvalidSpec(spec)) return [];
  const { lastNotified, trips } = status.breaker;
  const marked = new Set(lastNotified.trip === trips ? lastNotified.recipients : []);
  return [...new Set(spec.notificationEmails)].map((recipient) => {
    const mark = recipientMark(recipient);
    const delivery: Delivery = marked.has(mark) ? { state: 'Delivered' } : (deliveries.get(recipient) ?? { state: 'Unknown' });
    return { recipient, mark, delivery };
  });
}

/** First 12 hex digits of the address' SHA-256: status tells apart who got the mail without naming anybody. */
export function recipientMark(address: string): string {
  return sha256Hex(address).slice(0, 12);
}

/** Mails that no outbox has yet. */
export function noticesToSubmit(observed: Observed): readonly TripNotice[] {
  const { tenant } = observed;
  const { spec, status } = tenant;
  if (status === null || status.breaker.openedAt === null || isInvalidSpec(spec)) return [];
  const { trips, openedAt, failures, requests, classes, cause, wave } = status.breaker;
  const { window, action } = spec.failurePolicy;
  const trip = { trip: trips, openedAt, cause, wave, failures, requests, classes, window };
  return mailsOfTrip(observed)
    .filter(({ delivery }) => delivery.state === 'Unknown')
    .map(({ recipient }) => ({
      tenant: { namespace: tenant.namespace, name: tenant.name },
      uid: tenant.uid,
      displayName: spec.displayName ?? null,
      endpoint: endpointOf(observed),
      recipient,
      ...trip,
      reason: tripReason(trip, spec.failurePolicy),
      switchedOff: action === 'Disable',
    }));
}

/** Enters what was delivered into the breaker's status, and lets `openedAt` go once a closed breaker owes nothing more. */
export function withDeliveries(breaker: BreakerStatus, stored: ScimTenant['status'], mails: readonly OwedMail[]): BreakerStatus {
  // A trip of this very run owes its mails only when it is stored.
  if (stored === null || stored.breaker.openedAt === null || stored.breaker.trips !== breaker.trips) return breaker;
  const delivered = mails.filter(({ delivery }) => delivery.state === 'Delivered').map(({ mark }) => mark);
  const marked = breaker.lastNotified.trip === breaker.trips ? breaker.lastNotified.recipients : [];
  const recipients = [...new Set([...marked, ...delivered])];
  const lastNotified = recipients.length > marked.length ? { trip: breaker.trips, recipients } : breaker.lastNotified;
  const settled = breaker.state === 'Closed' && mails.every(({ delivery }) => delivery.state === 'Delivered');
  return { ...breaker, lastNotified, openedAt: settled ? null : breaker.openedAt };
}
