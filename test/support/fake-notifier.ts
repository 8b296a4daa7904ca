import type { Delivery, Notifier, TripNotice } from '#operator/controller/ports.ts';

/** A mail server that outlives the operator. */
export class FakeMailbox {
  /** What arrived, repetitions included. */
  readonly mails: TripNotice[] = [];
  down: string | null = null;
}

/** Delivers to the mailbox at once, or keeps the notice while the server is down. Forgets with the process. */
export class FakeNotifier implements Notifier {
  readonly transport: Notifier['transport'];
  readonly #mailbox: FakeMailbox;
  readonly #notices = new Map<string, { notice: TripNotice; delivery: Delivery }>();

  constructor(mailbox: FakeMailbox, transport: Notifier['transport'] = 'smtp') {
    this.#mailbox = mailbox;
    this.transport = transport;
  }

  submit(notice: TripNotice): void {
    if (this.#notices.has(keyOf(notice))) return;
    this.#notices.set(keyOf(notice), { notice, delivery: { state: 'Pending', lastError: null } });
    this.retry();
  }

  delivery(notice: Pick<TripNotice, 'uid' | 'trip' | 'recipient'>): Delivery {
    return this.#notices.get(keyOf(notice))?.delivery ?? { state: 'Unknown' };
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
    }
  }
}

function keyOf({ uid, trip, recipient }: Pick<TripNotice, 'uid' | 'trip' | 'recipient'>): string {
  return `${uid} ${trip} ${recipient}`;
}
