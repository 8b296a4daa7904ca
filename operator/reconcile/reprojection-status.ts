import type { Reprojection } from '#common/pod-report.ts';
import { rfc3339 } from '../api/rfc3339.ts';
import type { ReprojectionStatus } from '../api/scim-tenant-status.ts';

/**
 * How far people are brought to a mapping. One that goes on comes before one that is finished, and then the one that began
 * last: a pod that had to leave the work to another may tell of its part still. Once no pod tells of any, the stored one stays.
 * @param reported of this mapping
 * @param stored of this mapping; null when there is none
 * @returns null while there was nobody to be made anew
 */
export function reprojectionStatus(
  reported: readonly Reprojection[],
  stored: ReprojectionStatus | null,
  arrivesWithNextSync: readonly string[],
): ReprojectionStatus | null {
  const told = reported
    .filter(({ total }) => total > 0)
    .map(statusOf)
    .sort((left, right) => Number(right.state === 'Running') - Number(left.state === 'Running') || begin(right) - begin(left))[0];
  const isTold = told !== undefined && (told.state === 'Running' || stored === null || begin(told) >= begin(stored));
  const last = isTold ? told : stored;
  if (last === null) return null;
  const nobodyLeftAt = isTold ? null : timeOfNobodyLeft(reported, begin(last));
  if (last.state === 'Done' || nobodyLeftAt === null) return { ...last, arrivesWithNextSync };
  return { ...last, state: 'Done', done: last.total, finishedTime: nobodyLeftAt, arrivesWithNextSync };
}

function statusOf({ total, done, incomplete, startedAt, finishedAt }: Reprojection): ReprojectionStatus {
  return {
    state: finishedAt === null ? 'Running' : 'Done',
    total,
    done,
    incomplete,
    startedTime: rfc3339(Date.parse(startedAt)),
    finishedTime: finishedAt === null ? null : rfc3339(Date.parse(finishedAt)),
    arrivesWithNextSync: [],
  };
}

/** A pod that looked later and found nobody: whoever was at work before has come to the end. */
function timeOfNobodyLeft(reported: readonly Reprojection[], after: number): string | null {
  const times = reported.flatMap(({ total, startedAt, finishedAt }) =>
    total === 0 && finishedAt !== null && Date.parse(startedAt) > after ? [Date.parse(finishedAt)] : [],
  );
  return times.length === 0 ? null : rfc3339(Math.min(...times));
}

function begin({ startedTime }: ReprojectionStatus): number {
  return Date.parse(startedTime);
}
