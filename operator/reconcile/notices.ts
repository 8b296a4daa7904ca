import { sha256Hex } from '#common/sha256-hex.ts';
import type { NotificationsStatus, StoredNotice } from '../api/notifications-status.ts';
import { isInvalidSpec, type ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantSpec } from '../api/scim-tenant-spec.ts';
import type { MailKey, Notice } from './action.ts';
import { endpointOf } from './endpoint.ts';
import type { Delivery, Observed } from './observed.ts';
import { obstacleOf } from './token-rotation.ts';

/** One mail about a notice of the stored status. */
export interface OwedMail {
  readonly notice: StoredNotice;
  readonly recipient: string;
  /** As the stored status has it, or else the notifier. */
  readonly delivery: Delivery;
}

/** First 12 hex digits of the address' SHA-256: status tells apart who got the mail without naming anybody. */
export function recipientMark(address: string): string {
  return sha256Hex(address).slice(0, 12);
}

/** How `Observed.deliveries` names a mail. */
export function mailLabel({ id, recipient }: Pick<MailKey, 'id' | 'recipient'>): string {
  return `${id} ${recipient}`;
}

/**
 * Mails about the notices of the stored status, those that are delivered included. A notice owes its mails from the moment
 * it is stored, and what becomes of its cause makes no difference; none while the spec does not say who the contacts are.
 */
export function owedMails({ tenant, deliveries }: Pick<Observed, 'tenant' | 'deliveries'>): readonly OwedMail[] {
  const notices = tenant.status?.notifications.notices ?? [];
  if (notices.length === 0) return [];
  const contacts = contactsOf(tenant.spec);
  return notices.flatMap((notice) =>
    contacts.flatMap(({ recipient, mark }): OwedMail[] => {
      if (notice.delivered.includes(mark)) return [{ notice, recipient, delivery: { state: 'Delivered' } }];
      if (!notice.pending.includes(mark)) return [];
      return [{ notice, recipient, delivery: deliveries.get(mailLabel({ id: notice.id, recipient })) ?? { state: 'Unknown' } }];
    }),
  );
}

/** Mails that the contacts have yet to get, as far as the stored status knows. */
export function pendingMails(tenant: ScimTenant, notifications: NotificationsStatus | undefined): readonly MailKey[] {
  const notices = notifications?.notices ?? [];
  if (notices.length === 0) return [];
  const contacts = contactsOf(tenant.spec);
  return notices.flatMap(({ id, pending }) =>
    contacts.filter(({ mark }) => pending.includes(mark)).map(({ recipient }) => ({ uid: tenant.uid, id, recipient })),
  );
}

/** Mails that no outbox has yet. */
export function noticesToSubmit(observed: Observed): readonly Notice[] {
  const { spec } = observed.tenant;
  if (isInvalidSpec(spec)) return [];
  return owedMails(observed)
    .filter(({ delivery }) => delivery.state === 'Unknown')
    .map(({ notice, recipient }) => toNotice(observed, spec, notice, recipient));
}

/**
 * Enters what was delivered. While its cause lasts, a notice is owed to everybody who is a contact now, and kept, so that it
 * isn't sent twice; afterwards to those contacts who have yet to get it.
 */
export function withDeliveries(
  spec: ScimTenantSpec,
  notices: readonly StoredNotice[],
  run: { readonly mails: readonly OwedMail[]; readonly lasts: (notice: StoredNotice) => boolean },
): readonly StoredNotice[] {
  if (notices.length === 0) return notices;
  const contacts = contactsOf(spec);
  return notices.flatMap((notice) => {
    const taken = run.mails.filter((mail) => mail.notice.id === notice.id && mail.delivery.state === 'Delivered');
    const delivered = [...new Set([...notice.delivered, ...taken.map(({ recipient }) => recipientMark(recipient))])];
    const lasts = run.lasts(notice);
    const pending = contacts
      .map(({ mark }) => mark)
      .filter((mark) => !delivered.includes(mark) && (lasts || notice.pending.includes(mark)));
    return lasts || pending.length > 0 ? [{ ...notice, pending, delivered }] : [];
  });
}

export function contactsOf(spec: ScimTenant['spec']): readonly { readonly recipient: string; readonly mark: string }[] {
  if (isInvalidSpec(spec)) return [];
  return [...new Set(spec.notificationEmails)].map((recipient) => ({ recipient, mark: recipientMark(recipient) }));
}

function toNotice(observed: Observed, spec: ScimTenantSpec, stored: StoredNotice, recipient: string): Notice {
  const { tenant, tokenSecret } = observed;
  const address = {
    tenant: { namespace: tenant.namespace, name: tenant.name },
    uid: tenant.uid,
    displayName: spec.displayName ?? null,
    endpoint: endpointOf(observed),
    recipient,
  };
  const { pending: _pending, delivered: _delivered, ...facts } = stored;
  if (facts.kind !== 'TokenExpiry') return { ...facts, ...address };
  return {
    ...facts,
    ...address,
    secret: spec.tokenSecretRef,
    rotatable: tokenSecret !== null && 'data' in tokenSecret && obstacleOf(tokenSecret, tenant.name) === null,
    overlap: spec.tokenPolicy.overlap,
  };
}
