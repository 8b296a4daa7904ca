import type { Logger } from '#common/logger.ts';
import type { PodReport } from '#common/pod-report.ts';
import type { PodReports } from '#operator/controller/ports.ts';

/**
 * Asks the SCIM service in the same process, which is the only pod there is, for what has changed since it was asked last.
 * @param report as `GET /internal/v1/report` answers; takes the cursor of the report before, null where there is none
 */
export function createLocalPodReports(report: (since: string | null) => PodReport, logger: Logger): PodReports {
  let cursor: string | null = null;
  return {
    async poll() {
      try {
        const answer = report(cursor);
        ({ cursor } = answer);
        return { reports: [answer], expected: 1 };
      } catch (error) {
        cursor = null;
        logger.error({ err: error }, 'report of the SCIM service failed; it counts as silent');
        return { reports: [], expected: 1 };
      }
    },
  };
}
