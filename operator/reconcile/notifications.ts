import {
  MOST_NOTICES,
  NO_NOTIFICATIONS,
  type NotificationsStatus,
  type StoredNotice,
  type StoredStalled,
  type StoredTokenExpiry,
  type StoredTrip,
} from '../api/notifications-status.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { BreakerStatus } from '../api/scim-tenant-status.ts';
import type { Decision } from './decision.ts';
import { contactsOf, withDeliveries, type OwedMail } from './notices.ts';
import type { Observed } from './observed.ts';
import { oneLine, withoutPage } from './one-line.ts';
import type { RunProblem } from './run-problem.ts';

/** An edit that takes several steps, or a Secret that comes a little later than its tenant, mails nobody. */
export const STALLED_GRACE_MS = 10 * 60_000;

/** A status holds several notices; the whole message stands in the condition. */
const MAX_MESSAGE = 1_000;

export interface NotificationParts {
  readonly decision: Decision;
  /** What keeps the tenant from being ready. */
  readonly problem: RunProblem | null;
  /** As it will be stored. */
  readonly breaker: BreakerStatus;
  readonly mails: readonly OwedMail[];
}

/**
 * What the contacts have to be told after this run. A notice is stored before its mails are sent, and stays until every contact
 * has its own: whichever process comes next knows what is owed and what is done.
 *
 * - A trip: one notice each, also when the breaker has closed or opened again since.
 * - A token: one when it expires soon and one when it has expired, and with `tokenPolicy.rotateAfter` one when a new one
 *   has taken its place, since the directory still has the old one.
 * - A stalled configuration: one for each reason and generation, once it has been so for STALLED_GRACE_MS. A trip has its
 *   own, and while the spec can't be read nobody is known to be told.
 */
export function nextNotifications(observed: Observed, parts: NotificationParts): NotificationsStatus {
  const { tenant, now } = observed;
  const { decision } = parts;
  const before = tenant.status?.notifications ?? NO_NOTIFICATIONS;
  if (decision.spec === null) return before;
  const stalled = stalledSince(before.stalled, parts.problem, { generation: tenant.generation, now });
  const found = [...tripNotices(decision), ...tokenNotices(observed, decision), ...stalledNotices(stalled, parts.problem, now)];
  const isNew = ({ id }: { readonly id: string }): boolean => !before.notices.some((notice) => notice.id === id);
  const { spec } = decision;
  const added = found.filter(isNew).map((notice) => ({ ...notice, pending: contactsOf(spec).map(({ mark }) => mark), delivered: [] }));
  const notices = [...before.notices, ...added];
  const lasts = (notice: StoredNotice): boolean => causeLasts(notice, { ...parts, notices, generation: tenant.generation });
  return { stalled, notices: withDeliveries(decision.spec, notices, { mails: parts.mails, lasts }).slice(-MOST_NOTICES) };
}

/** A notice before anybody is told. */
type Found<Stored extends StoredNotice> = Omit<Stored, 'pending' | 'delivered'>;

function tripNotices({ breaker, spec }: Decision): Found<StoredTrip>[] {
  if (breaker.happened !== 'tripped' || spec === null || breaker.status.openedAt === null) return [];
  const { trips, openedAt, cause, wave, failures, requests, classes } = breaker.status;
  const { window, action } = spec.failurePolicy;
  const figures = { trip: trips, cause, wave, failures, requests, classes, window, switchedOff: action === 'Disable' };
  return [{ id: `trip-${trips}`, kind: 'Trip', time: openedAt, ...figures }];
}

function tokenNotices({ tenant, now }: Observed, { token, spec }: Decision): Found<StoredTokenExpiry>[] {
  const { fingerprint, expiresAt, previousValidUntil } = token.status;
  if (fingerprint === null) return [];
  const time = rfc3339(now);
  const notice = (state: StoredTokenExpiry['state'], end: string): Found<StoredTokenExpiry> => {
    const id = `token-${state.toLowerCase()}-${fingerprint.replace(/^sha256:/, '')}`;
    return { id, kind: 'TokenExpiry', time, state, fingerprint, expiresAt: end };
  };
  const old = tenant.status?.token.fingerprint ?? null;
  const isReplaced = spec?.tokenPolicy.rotateAfter !== undefined && old !== null && old !== fingerprint;
  // A longer maxAge may take a token back to "soon"; its contacts know more than that.
  const isTold = hasExpired(fingerprint, tenant.status?.notifications.notices ?? []);
  return [
    ...(isReplaced ? [notice('Replaced', previousValidUntil ?? time)] : []),
    ...(token.age !== 'Fine' && !isTold && expiresAt !== null ? [notice(token.age, expiresAt)] : []),
  ];
}

function hasExpired(fingerprint: string, notices: readonly StoredNotice[]): boolean {
  return notices.some((notice) => notice.kind === 'TokenExpiry' && notice.state === 'Expired' && notice.fingerprint === fingerprint);
}

function stalledSince(
  before: NotificationsStatus['stalled'],
  problem: RunProblem | null,
  run: { readonly generation: number; readonly now: number },
): NotificationsStatus['stalled'] {
  if (problem?.kind !== 'stalled' || problem.reason === 'Tripped') return null;
  // A time that has not come yet is of before the clock was set back; waiting for it would keep the mail for as long.
  const isOver = before !== null && Date.parse(before.since) <= run.now;
  if (isOver && before.reason === problem.reason && before.generation === run.generation) return before;
  return { reason: problem.reason, generation: run.generation, since: rfc3339(run.now) };
}

function stalledNotices(stalled: NotificationsStatus['stalled'], problem: RunProblem | null, now: number): Found<StoredStalled>[] {
  if (stalled === null || problem === null || now < Date.parse(stalled.since) + STALLED_GRACE_MS) return [];
  const { reason, generation, since } = stalled;
  const message = oneLine(withoutPage(problem.message), MAX_MESSAGE);
  return [{ id: `stalled-${generation}-${reason}`, kind: 'Stalled', time: since, reason, message, generation }];
}

/** Whether the notice would come up again if it weren't stored. */
function causeLasts(
  notice: StoredNotice,
  now: {
    readonly breaker: BreakerStatus;
    readonly decision: Pick<Decision, 'token'>;
    readonly notices: readonly StoredNotice[];
    readonly generation: number;
  },
): boolean {
  switch (notice.kind) {
    case 'Trip':
      return now.breaker.state === 'Open' && now.breaker.trips === notice.trip;
    case 'TokenExpiry':
      if (notice.state === 'Replaced' || notice.fingerprint !== now.decision.token.status.fingerprint) return false;
      return notice.state === 'Expired' || !hasExpired(notice.fingerprint, now.notices);
    case 'Stalled':
    default:
      return notice.generation === now.generation;
  }
}
