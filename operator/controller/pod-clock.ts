import type { TenantReport } from '#common/pod-report.ts';

/** Clocks that are this near to each other, in milliseconds, are taken for the same: an answer may be on its way for some of it. */
const TOLERANCE_MS = 30_000;

/**
 * A pod's outcomes and wave in the operator's time, where the clocks of both are far apart: they are of the age that the pod's
 * clock gives them.
 * @param clocks milliseconds since 1970, of the same moment
 */
export function inOwnTime(
  { buckets, deactivationWave: wave }: Pick<TenantReport, 'buckets' | 'deactivationWave'>,
  clocks: { readonly pod: number; readonly own: number },
): Pick<TenantReport, 'buckets' | 'deactivationWave'> {
  const ahead = clocks.pod - clocks.own;
  if (Math.abs(ahead) <= TOLERANCE_MS) return { buckets, deactivationWave: wave };
  return {
    buckets: buckets.map((bucket) => ({ ...bucket, start: bucket.start - Math.round(ahead / 1_000) })),
    deactivationWave: wave && { ...wave, at: new Date(Date.parse(wave.at) - ahead).toISOString() },
  };
}
