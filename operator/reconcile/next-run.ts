import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { Decision } from './decision.ts';
import { mailLabel, pendingMails, type OwedMail } from './notices.ts';
import { STALLED_GRACE_MS } from './notifications.ts';
import type { Observed } from './observed.ts';
import { earlier, type Requeue } from './outcome.ts';
import { EXPIRY_WARNING_MS, WRITTEN_SECRET_WAIT_MS } from './token-state.ts';

/** The notifier asks for a run when something has become of a mail. This is for one that it gave up, whose notice it takes anew. */
const SENDING_MS = 5 * 60_000;
/** With `NotifyOnly` the breaker closes when failures leave the window, which no report announces. One bucket is 10 s. */
const OPEN_IN_SERVICE_MS = 10_000;
/** A withheld trip is asked for again and again, so that it is known when the tenant no longer wants it. */
const WITHHELD_MS = 60_000;
/** As often as the resync has every tenant looked at anyway. A timer takes 24.8 days at most. */
const LONGEST_MS = 10 * 3_600_000;

/** The earliest time at which something is due without anybody's doing. */
export function nextRun(run: {
  readonly observed: Observed;
  readonly decision: Decision;
  /** As this run stores it. */
  readonly status: ScimTenantStatus;
  readonly mails: readonly OwedMail[];
  /** A write failed. */
  readonly failed: boolean;
  /** From the tenant's main problem. */
  readonly outcome: Requeue;
}): Requeue {
  if (run.failed) return { kind: 'backoff' };
  const { observed, decision, status, mails } = run;
  if (decision.paused) return run.outcome;
  const times = [...tokenTimes(decision, observed.now), ...mailTimes(mails), ...noticeTimes(observed, status), ...breakerTimes(decision)];
  return times.reduce<Requeue>((soonest, milliseconds) => earlier(soonest, after(milliseconds)), capped(run.outcome));
}

function capped(requeue: Requeue): Requeue {
  return requeue.kind === 'after' ? after(requeue.milliseconds) : requeue;
}

function after(milliseconds: number): Requeue {
  return { kind: 'after', milliseconds: Math.min(milliseconds, LONGEST_MS) };
}

function tokenTimes({ token, config }: Decision, now: number): number[] {
  const ends = (config?.tokenDigests ?? []).flatMap(({ validUntil }) => (validUntil === null ? [] : [Date.parse(validUntil)]));
  const expiry = token.status.expiresAt === null ? [] : [Date.parse(token.status.expiresAt)];
  const rotation = token.rotation.at === null ? [] : [token.rotation.at];
  const due = [...ends, ...expiry, ...expiry.map((time) => time - EXPIRY_WARNING_MS), ...rotation]
    .filter((time) => time > now)
    .map((time) => time - now);
  if (token.problem?.kind === 'wait') due.push(token.problem.milliseconds);
  if (token.rotation.due !== null) due.push(WRITTEN_SECRET_WAIT_MS);
  return due;
}

function mailTimes(mails: readonly OwedMail[]): number[] {
  return mails.some(({ delivery }) => delivery.state !== 'Delivered') ? [SENDING_MS] : [];
}

/** A mail is sent by the run after the one that stored it as owed. */
function noticeTimes({ tenant, now }: Observed, { notifications }: ScimTenantStatus): number[] {
  const stored = new Set(pendingMails(tenant, tenant.status?.notifications).map(mailLabel));
  const isNew = pendingMails(tenant, notifications).some((mail) => !stored.has(mailLabel(mail)));
  const { stalled } = notifications;
  const graceEnds = stalled === null ? [] : [Date.parse(stalled.since) + STALLED_GRACE_MS - now].filter((rest) => rest > 0);
  return [...(isNew ? [0] : []), ...graceEnds];
}

function breakerTimes({ breaker, spec }: Decision): number[] {
  // The next run writes the mirror and hands out the mails.
  if (breaker.happened === 'tripped') return [0];
  if (breaker.withheld) return [breaker.withheld.leave.kind === 'Held' ? breaker.withheld.leave.milliseconds : WITHHELD_MS];
  return breaker.status.state === 'Open' && spec?.failurePolicy.action === 'NotifyOnly' ? [OPEN_IN_SERVICE_MS] : [];
}
