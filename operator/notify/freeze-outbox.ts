import type { Logger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import type { FreezeNotice, Mailer, PlatformNotifier } from '../controller/ports.ts';
import { recipientMark } from '../reconcile/notices.ts';
import { renderFreezeMail } from './freeze-mail.ts';
import { keepTrying } from './keep-trying.ts';
import type { TenantHome } from './mail-content.ts';

export interface FreezeOutboxParts {
  readonly mailer: Mailer;
  /** Address of the sender; its domain ends every Message-ID. */
  readonly from: string;
  /** The platform's contacts. */
  readonly contacts: readonly string[];
  readonly home: TenantHome;
  /** See troubleshootingLink. */
  readonly docsUrl: string | null;
  /** Called for each attempt. */
  readonly onAttempt: (outcome: 'delivered' | 'failed') => void;
  readonly logger: Logger;
  /** Ends the attempts; a mail that a server is taking at that moment is waited for by disposing. */
  readonly signal: AbortSignal;
  /** Real time unless told. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** Sends one mail for each failure of the platform to each of its contacts, with pauses from 1 s to 5 min until it is taken. */
export function createFreezeOutbox(parts: FreezeOutboxParts): PlatformNotifier & AsyncDisposable {
  const { mailer, home, docsUrl, logger, signal, wait = waitUnlessAborted } = parts;
  const domain = parts.from.slice(parts.from.lastIndexOf('@') + 1);
  const begun = new Set<string>();
  const running = new Set<Promise<void>>();

  async function attempt(notice: FreezeNotice, recipient: string): Promise<boolean> {
    try {
      await mailer.send(renderFreezeMail(notice, { recipient, domain, home, docsUrl }));
      logger.info({ since: notice.since }, 'mail about the failure of the platform delivered');
      parts.onAttempt('delivered');
      return true;
    } catch (error) {
      logger.warn({ since: notice.since, err: error }, 'mail about the failure of the platform not delivered, will be tried again');
      parts.onAttempt('failed');
      return false;
    }
  }

  async function deliver(notice: FreezeNotice, recipient: string, onTold: (mark: string) => void): Promise<void> {
    const tryOnce = async (): Promise<'last' | 'again'> => {
      if (!(await attempt(notice, recipient))) return 'again';
      onTold(recipientMark(recipient));
      return 'last';
    };
    await keepTrying(tryOnce, { signal, wait });
  }

  return {
    tell(notice, onTold) {
      for (const recipient of new Set(parts.contacts)) {
        const mark = recipientMark(recipient);
        const entry = `${notice.since} ${mark}`;
        if (notice.told.includes(mark) || begun.has(entry) || signal.aborted) continue;
        begun.add(entry);
        const delivering = deliver(notice, recipient, onTold).catch((error: unknown) => logger.error({ err: error }, 'outbox failed'));
        running.add(delivering);
        void delivering.finally(() => running.delete(delivering));
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
    },
  };
}
