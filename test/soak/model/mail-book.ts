import { sha256 } from './tenant-intent.ts';

interface OwedNotice {
  /** Contacts who must have a mail of it; everybody who ever was a contact of the tenant may have one. */
  readonly must: Set<string>;
}

interface TenantMails {
  readonly contacts: Set<string>;
  readonly notices: Map<string, OwedNotice>;
}

/** Whether the operator says, by the status, that it has yet to send a mail. */
export type IsPending = (notice: string, contact: string) => boolean;

/** @param status of the ScimTenant; without one nothing is known to be sent */
export function pendingBy(
  status:
    | {
        readonly notifications?: { readonly notices?: readonly { readonly id: string; readonly pending?: readonly string[] }[] };
      }
    | undefined,
): IsPending {
  return (notice, contact) => {
    if (status === undefined) return true;
    const stored = status.notifications?.notices?.find(({ id }) => id === notice);
    return stored?.pending?.includes(markOf(contact)) ?? false;
  };
}

/** As the status names a contact. */
function markOf(contact: string): string {
  return sha256(contact).slice(0, 12);
}

/** Mails that are owed, and to whom. A notice is owed at least once to each contact, under the same Message-ID each time. */
export class MailBook {
  readonly #tenants = new Map<string, TenantMails>();

  /** @param uid of the ScimTenant */
  owe(uid: string, notice: string, contacts: readonly string[]): void {
    const mails = this.#of(uid, contacts);
    const owed = mails.notices.get(notice) ?? { must: new Set() };
    for (const contact of contacts) owed.must.add(contact);
    mails.notices.set(notice, owed);
  }

  /** A notice that may be sent and need not. */
  allow(uid: string, notice: string, contacts: readonly string[]): void {
    const mails = this.#of(uid, contacts);
    if (!mails.notices.has(notice)) mails.notices.set(notice, { must: new Set() });
  }

  /** Others are the contacts from now on: who no longer is one and waits for a mail is no longer owed, who is new may be told. */
  contactsChanged(uid: string, contacts: readonly string[], isPending: IsPending): void {
    this.#of(uid, contacts);
    this.forgive(uid, (notice, contact) => !contacts.includes(contact) && isPending(notice, contact));
  }

  /** What is still to be sent need not be sent any more, as when the tenant goes; what is said to be sent has to be there. */
  forgive(uid: string, isPending: IsPending): void {
    for (const [notice, { must }] of this.#tenants.get(uid)?.notices ?? []) {
      for (const contact of must) if (isPending(notice, contact)) must.delete(contact);
    }
  }

  must(): readonly OwedMail[] {
    return this.#all(({ must }) => [...must]);
  }

  may(): readonly OwedMail[] {
    return this.#all((_, contacts) => [...contacts]);
  }

  #of(uid: string, contacts: readonly string[]): TenantMails {
    const mails = this.#tenants.get(uid) ?? { contacts: new Set(), notices: new Map() };
    this.#tenants.set(uid, mails);
    for (const contact of contacts) mails.contacts.add(contact);
    return mails;
  }

  #all(recipients: (notice: OwedNotice, contacts: ReadonlySet<string>) => readonly string[]): readonly OwedMail[] {
    return [...this.#tenants].flatMap(([uid, { contacts, notices }]) =>
      [...notices].flatMap(([notice, owed]) =>
        recipients(owed, contacts).map((contact) => ({ uid, notice, contact, messageId: messageId(uid, notice, contact) })),
      ),
    );
  }
}

export interface OwedMail {
  readonly uid: string;
  readonly notice: string;
  readonly contact: string;
  readonly messageId: string;
}

/** As the operator makes it, for a sender of example.com. */
export function messageId(uid: string, notice: string, contact: string): string {
  return `<${notice}.${uid}.${markOf(contact)}@example.com>`;
}

export function tripNotice(trip: number): string {
  return `trip-${trip}`;
}

/** Of a token that ends within 20 days. */
export function tokenNotice(token: string): string {
  return `token-expiressoon-${sha256(token).slice(0, 12)}`;
}
