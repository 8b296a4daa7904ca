import type { Logger } from '#common/logger.ts';
import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import type { Delivery, Mailer, MailKey, MonotonicClock, Notice, Notifier } from '../controller/ports.ts';
import type { TenantHome } from './mail-content.ts';
import { keepTrying } from './keep-trying.ts';
import { renderNoticeMail } from './notice-mail.ts';
import { mailLabel } from '../reconcile/notices.ts';
import { SendSlots } from './send-slots.ts';

/** A server in trouble gets a few connections, not one for each tenant. */
const PARALLEL_SENDS = 4;
/**
 * As long as a mail server keeps trying (RFC 5321 section 4.5.4.1). The entry is forgotten then; a recipient who is still
 * wanted is submitted again by the next run of the tenant, one who is not ends here.
 */
const PATIENCE_MS = 5 * 24 * 3_600_000;

export interface NotifierParts {
  readonly mailer: Mailer;
  /** Address of the sender; its domain ends every Message-ID. */
  readonly from: string;
  readonly home: TenantHome;
  /** See troubleshootingLink. */
  readonly docsUrl: string | null;
  /** Called when `delivery` answers something new for a notice of this tenant. */
  readonly onSettled: (key: TenantKey) => void;
  /** Called for each attempt. */
  readonly onAttempt: (outcome: 'delivered' | 'failed') => void;
  readonly monotonic: MonotonicClock;
  readonly logger: Logger;
  /** Ends the attempts; a mail that a server is taking at that moment is waited for by disposing. */
  readonly signal: AbortSignal;
  /** Real time and Math.random unless told. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly random?: () => number;
}

interface Entry {
  delivery: Delivery;
}

/** Delivers notices in the background, with pauses from 1 s to 5 min, until the mailer takes them. Disposing waits for sends under way. */
export function createNotifier(parts: NotifierParts): Notifier & AsyncDisposable {
  const { mailer, home, docsUrl, monotonic, logger, signal, wait = waitUnlessAborted, random = Math.random } = parts;
  const domain = parts.from.slice(parts.from.lastIndexOf('@') + 1);
  /** By uid, then by `mailLabel`. */
  const entries = new Map<string, Map<string, Entry>>();
  const running = new Set<Promise<void>>();
  const slots = new SendSlots(PARALLEL_SENDS);

  async function attempt(entry: Entry, notice: Notice): Promise<void> {
    if (signal.aborted) return;
    const fields = { tenant: tenantKey(notice.tenant), notice: notice.id };
    const before = entry.delivery;
    try {
      await mailer.send(renderNoticeMail(notice, { domain, home, docsUrl }));
      entry.delivery = { state: 'Delivered' };
      logger.info(fields, 'mail delivered');
      parts.onAttempt('delivered');
    } catch (error) {
      const lastError = error instanceof Error ? error.message : String(error);
      entry.delivery = { state: 'Pending', lastError };
      logger.warn({ ...fields, err: error }, 'mail not delivered, will be tried again');
      parts.onAttempt('failed');
    }
    if (!sameDelivery(before, entry.delivery)) parts.onSettled(tenantKey(notice.tenant));
  }

  async function deliver(entry: Entry, notice: Notice): Promise<void> {
    const deadline = monotonic() + PATIENCE_MS;
    const tryOnce = async (): Promise<'last' | 'again'> => {
      await slots.run(() => attempt(entry, notice));
      if (entry.delivery.state === 'Delivered') return 'last';
      if (monotonic() < deadline) return 'again';
      logger.error({ tenant: tenantKey(notice.tenant), notice: notice.id }, 'mail given up after 5 days');
      drop(notice);
      return 'last';
    };
    // Jitter, so that mails that failed together don't come back together.
    await keepTrying(tryOnce, { signal, wait, share: () => 0.75 + 0.25 * random() });
  }

  function drop({ uid, ...mail }: MailKey): void {
    const own = entries.get(uid);
    own?.delete(mailLabel(mail));
    if (own?.size === 0) entries.delete(uid);
  }

  return {
    transport: mailer.transport,
    submit(notice) {
      const own = entries.get(notice.uid) ?? new Map<string, Entry>();
      const label = mailLabel(notice);
      if (own.has(label) || signal.aborted) return;
      const entry: Entry = { delivery: { state: 'Pending', lastError: null } };
      entries.set(notice.uid, own.set(label, entry));
      const delivering = deliver(entry, notice).catch((error: unknown) => {
        logger.error({ err: error, tenant: tenantKey(notice.tenant) }, 'outbox failed');
        drop(notice);
      });
      running.add(delivering);
      void delivering.finally(() => running.delete(delivering));
    },
    delivery: (mail) => entries.get(mail.uid)?.get(mailLabel(mail))?.delivery ?? { state: 'Unknown' },
    forget(uid, except) {
      const kept = new Set(except.map(mailLabel));
      const own = entries.get(uid);
      for (const [label, { delivery }] of own ?? []) if (delivery.state === 'Delivered' && !kept.has(label)) own?.delete(label);
      if (own?.size === 0) entries.delete(uid);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
    },
  };
}

function sameDelivery(one: Delivery, other: Delivery): boolean {
  if (one.state === 'Pending' && other.state === 'Pending') return one.lastError === other.lastError;
  return one.state === other.state;
}
