import type { Decision } from './decide.ts';
import type { OwedMail } from './notices.ts';
import { earlier, type Requeue } from './outcome.ts';
import { EXPIRY_WARNING_MS } from './token-state.ts';

/** A mail server usually takes a mail within a second; after a failure the notifier itself waits for longer. */
const SENDING_MS = 1_000;
const RETRYING_MS = 10_000;
/** With `NotifyOnly` the breaker closes when failures leave the window, which no report announces. One bucket is 10 s. */
const OPEN_IN_SERVICE_MS = 10_000;
/** A timer takes 24.8 days at most, and the resync comes long before. */
const LONGEST_MS = 3_600_000;

/** The earliest time at which something is due without anybody's doing. */
export function nextRun(run: {
  readonly decision: Decision;
  readonly mails: readonly OwedMail[];
  readonly now: number;
  /** A write failed. */
  readonly failed: boolean;
  /** From the tenant's main problem. */
  readonly outcome: Requeue;
}): Requeue {
  if (run.failed) return { kind: 'backoff' };
  const { decision, mails, now } = run;
  const times = [...tokenTimes(decision, now), ...mailTimes(mails), ...breakerTimes(decision)];
  return times.reduce<Requeue>(
    (soonest, milliseconds) => earlier(soonest, { kind: 'after', milliseconds: Math.min(milliseconds, LONGEST_MS) }),
    run.outcome,
  );
}

function tokenTimes({ token, config }: Decision, now: number): number[] {
  const ends = (config?.tokenDigests ?? []).flatMap(({ validUntil }) => (validUntil === null ? [] : [Date.parse(validUntil)]));
  const expiry = token.status.expiresAt === null ? [] : [Date.parse(token.status.expiresAt)];
  const due = [...ends, ...expiry, ...expiry.map((time) => time - EXPIRY_WARNING_MS)]
    .filter((time) => time > now)
    .map((time) => time - now);
  return token.problem?.kind === 'wait' ? [token.problem.milliseconds, ...due] : due;
}

function mailTimes(mails: readonly OwedMail[]): number[] {
  return mails.flatMap(({ delivery }) => {
    switch (delivery.state) {
      case 'Delivered':
        return [];
      case 'Unknown':
        return [SENDING_MS];
      case 'Pending':
      default:
        return [delivery.lastError === null ? SENDING_MS : RETRYING_MS];
    }
  });
}

function breakerTimes({ breaker, spec }: Decision): number[] {
  // The next run writes the mirror and hands out the mails.
  if (breaker.happened === 'tripped') return [0];
  return breaker.status.state === 'Open' && spec?.failurePolicy.action === 'NotifyOnly' ? [OPEN_IN_SERVICE_MS] : [];
}
