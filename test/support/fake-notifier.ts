import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { Delivery, MailKey, Notice, Notifier } from '#operator/controller/ports.ts';

/** A mail server that outlives the operator. */
export class FakeMailbox {
  /** What arrived, repetitions included. */
  readonly mails: Notice[] = [];
  down: string | null = null;
}

/** Delivers to the mailbox at once, or keeps the notice while the server is down. Forgets with the process. */
export class FakeNotifier implements Notifier {
  readonly transport: Notifier['transport'];
  readonly #mailbox: FakeMailbox;
  readonly #notices = new Map<string, { notice: Notice; delivery: Delivery }>();

  readonly #onSettled: (key: TenantKey) => void;

  constructor(
    mailbox: FakeMailbox,
    options: { readonly transport?: Notifier['transport']; readonly onSettled?: (key: TenantKey) => void } = {},
  ) {
    this.#mailbox = mailbox;
    this.transport = options.transport ?? 'smtp';
    this.#onSettled = options.onSettled ?? (() => {});
  }

  submit(notice: Notice): void {
    if (this.#notices.has(keyOf(notice))) return;
    this.#notices.set(keyOf(notice), { notice, delivery: { state: 'Pending', lastError: null } });
    this.retry();
  }

  delivery(mail: MailKey): Delivery {
    return this.#notices.get(keyOf(mail))?.delivery ?? { state: 'Unknown' };
  }

  forget(uid: string, except: readonly MailKey[]): void {
    const kept = new Set(except.map(keyOf));
    for (const [key, { notice, delivery }] of this.#notices) {
      if (notice.uid === uid && delivery.state === 'Delivered' && !kept.has(key)) this.#notices.delete(key);
    }
  }

  /** Another attempt for everything that is pending. */
  retry(): void {
    for (const entry of this.#notices.values()) {
      if (entry.delivery.state === 'Delivered') continue;
      if (this.#mailbox.down !== null) {
        entry.delivery = { state: 'Pending', lastError: this.#mailbox.down };
        continue;
      }
      this.#mailbox.mails.push(entry.notice);
      entry.delivery = { state: 'Delivered' };
      this.#onSettled(tenantKey(entry.notice.tenant));
    }
  }
}

function keyOf({ uid, id, recipient }: MailKey): string {
  return `${uid} ${id} ${recipient}`;
}
