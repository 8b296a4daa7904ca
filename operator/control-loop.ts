import { randomBytes } from 'node:crypto';
import type { Logger } from '#common/logger.ts';
import type { BreakerConfig } from './breaker-config.ts';
import type { MailConfig } from './config.ts';
import { createController } from './controller/controller.ts';
import type { OperatorMetrics } from './controller/operator-metrics.ts';
import type { ChangeFeed, ClusterReader, ClusterWriter, Leadership, Mailer, PodReports } from './controller/ports.ts';
import { createFreezeOutbox } from './notify/freeze-outbox.ts';
import { createLogMailer, createSmtpMailer } from './notify/mailer.ts';
import { createNotifier } from './notify/outbox.ts';
import type { TenantHome } from './notify/mail-content.ts';
import { KeyedQueue } from './queue/keyed-queue.ts';

export interface ControlLoopParts {
  readonly cluster: ClusterReader & ClusterWriter & ChangeFeed;
  /** Where the tenants live, for the words of the mails. */
  readonly home: TenantHome;
  readonly pods: PodReports;
  readonly leadership: Leadership;
  readonly mail: MailConfig;
  readonly breaker: BreakerConfig;
  readonly externalUrl: string;
  /** Where the folder `docs` is published; null when it is not. */
  readonly docsUrl: string | null;
  /** How long a namespace that is being deleted waits for the removal of its tenants' people; absent where there are none to wait. */
  readonly deletionTimeoutMs?: number;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
}

/** The operator without its cluster: queue, outbox and controller, the same on Kubernetes and in standalone mode. */
export async function runControlLoop(parts: ControlLoopParts, signal: AbortSignal): Promise<void> {
  const { cluster, pods, leadership, mail, breaker, metrics, logger } = parts;
  using queue = new KeyedQueue({ metrics: metrics.queue });
  const outbox = {
    mailer: whileLeading(createMailer(mail, logger), leadership),
    from: mail.from,
    home: parts.home,
    docsUrl: parts.docsUrl,
    onAttempt: (outcome: 'delivered' | 'failed') => metrics.notified(outcome),
    logger,
    signal,
  };
  await using notifier = createNotifier({ ...outbox, onSettled: (key) => queue.add(key), monotonic: () => performance.now() });
  // In a dry run nobody gets a mail about what does not happen.
  await using platform = createFreezeOutbox({ ...outbox, contacts: breaker.dryRun ? [] : breaker.platformEmails });
  const controller = createController({
    reader: cluster,
    writer: cluster,
    feed: cluster,
    pods,
    notifier,
    platform,
    leadership,
    clock: Date.now,
    monotonic: () => performance.now(),
    newToken,
    queue,
    metrics,
    logger,
    settings: {
      externalUrl: parts.externalUrl,
      docsUrl: parts.docsUrl,
      breaker,
      ...(parts.deletionTimeoutMs !== undefined && { deletionTimeoutMs: parts.deletionTimeoutMs }),
    },
  });
  await controller.run(signal);
}

/** A bearer token of 256 random bits, safe in a header and in YAML. */
function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** A process that was paused for longer than its lease lasts may wake up with a mail that is due. */
function whileLeading(mailer: Mailer, leadership: Leadership): Mailer {
  return {
    transport: mailer.transport,
    async send(mail) {
      leadership.assertHeld();
      await mailer.send(mail);
    },
  };
}

function createMailer({ smtpUrl, from }: MailConfig, logger: Logger): Mailer {
  return smtpUrl === null ? createLogMailer({ logger, from }) : createSmtpMailer({ url: smtpUrl, from });
}
