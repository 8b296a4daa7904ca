import type { Logger } from '#common/logger.ts';
import type { PodReport } from '#common/pod-report.ts';
import type { PodReports } from '#operator/controller/ports.ts';

/** Asks the SCIM service in the same process, which is the only pod there is. */
export function createLocalPodReports(report: () => PodReport, logger: Logger): PodReports {
  return {
    async poll() {
      try {
        return { reports: [report()], expected: 1 };
      } catch (error) {
        logger.error({ err: error }, 'report of the SCIM service failed; it counts as silent');
        return { reports: [], expected: 1 };
      }
    },
  };
}
