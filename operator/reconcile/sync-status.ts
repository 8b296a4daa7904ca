import { FAILURE_ADVICE, type FailureReason } from '#common/failure-reasons.ts';
import type { RecentFailure } from '#common/pod-report.ts';
import { projectionRevision, tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import {
  MOST_IGNORED_ATTRIBUTES,
  MOST_RECENT_FAILURES,
  NEVER_SYNCED,
  type RecentFailureStatus,
  type ScimTenantStatus,
} from '../api/scim-tenant-status.ts';
import type { Observed, PodObservation } from './observed.ts';
import { oneLine } from './one-line.ts';
import { reprojectionStatus } from './reprojection-status.ts';

type SyncStatus = ScimTenantStatus['sync'];

/** Longer than any that the SCIM service makes. */
const MAX_FAILURE_MESSAGE = 500;

/**
 * What pods reported, added to what is stored: pods forget with each restart.
 * @param inForce the config that the SCIM service serves, or is about to; null when there has never been one
 */
export function syncOf({ tenant, pods, derived, docsUrl }: Observed, inForce: TenantConfig | null): SyncStatus {
  const before = tenant.status?.sync ?? NEVER_SYNCED;
  const mapping = inForce && projectionRevision(inForce);
  const sameMapping = mapping !== null && before.mapping === mapping;
  return {
    lastRequestTime: later(before.lastRequestTime, pods?.lastRequestTime ?? null),
    lastSuccessTime: later(before.lastSuccessTime, pods?.lastSuccessTime ?? null),
    users: pods?.users ?? before.users,
    groups: before.groups,
    mapping,
    reprojection: reprojectionStatus(
      (pods?.reprojections ?? []).filter(({ projection }) => projection === mapping),
      sameMapping ? before.reprojection : null,
      inForce?.newlySelected ?? [],
    ),
    recentFailures: recentFailures(pods?.recentFailures ?? [], before.recentFailures, docsUrl),
    ignoredAttributes: ignoredAttributes({
      ignored: pods?.ignored ?? [],
      revisions: () =>
        [derived, inForce].flatMap((config) =>
          config !== null && projectionRevision(config) === mapping ? [tenantConfigRevision(config)] : [],
        ),
      before: sameMapping ? before.ignoredAttributes : [],
    }),
  };
}

/** The stored time is kept where it is the same to the second. */
function later(left: string | null, right: string | null): string | null {
  const time = right === null ? null : rfc3339(Date.parse(right));
  if (left === null || time === null) return left ?? time;
  return Date.parse(time) > Date.parse(left) ? time : left;
}

/** What is stored already is told in today's words too, so that all have the same. */
function recentFailures(
  reported: readonly RecentFailure[],
  stored: readonly RecentFailureStatus[],
  docsUrl: string | null,
): readonly RecentFailureStatus[] {
  const told = new Map<string, RecentFailureStatus>();
  for (const failure of [...reported, ...stored].map((each) => failureStatus(each, docsUrl))) {
    const { time, operation, subject, message } = failure;
    const key = JSON.stringify([time, operation, subject, message]);
    if (!told.has(key)) told.set(key, failure);
  }
  return [...told.values()].sort((left, right) => Date.parse(right.time) - Date.parse(left.time)).slice(0, MOST_RECENT_FAILURES);
}

function failureStatus({ time, operation, subject, reason, message }: RecentFailure, docsUrl: string | null): RecentFailureStatus {
  const known: FailureReason = isFailureReason(reason) ? reason : 'OtherClientError';
  return {
    time: rfc3339(Date.parse(time)),
    operation,
    subject,
    reason,
    message: oneLine(message, MAX_FAILURE_MESSAGE),
    action: FAILURE_ADVICE[known].action,
    link: troubleshootingLink(known, docsUrl),
  };
}

function isFailureReason(reason: string): reason is FailureReason {
  return Object.hasOwn(FAILURE_ADVICE, reason);
}

/** Of pods that serve this mapping, under whichever of its configs. */
function ignoredAttributes(parts: {
  readonly ignored: PodObservation['ignored'];
  /** Asked for only when there is something to compare with them. */
  readonly revisions: () => readonly string[];
  readonly before: readonly string[];
}): readonly string[] {
  if (parts.ignored.length === 0) return parts.before;
  const revisions = parts.revisions();
  const reported = parts.ignored.filter(({ revision }) => revisions.includes(revision)).flatMap(({ names }) => names);
  return [...new Set([...parts.before, ...reported])].sort().slice(0, MOST_IGNORED_ATTRIBUTES);
}
