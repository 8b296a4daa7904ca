/** Why a part can't be had, or null when it is there. */
export interface MissingParts {
  readonly kubernetes: string | null;
  readonly mongodb: string | null;
  readonly helm: string | null;
  /** Time for suites that start whole programs and wait for them; not spent by `--quick`. */
  readonly patience: string | null;
}

/** A suite's file name tells which servers it needs. */
export function suitesToLeaveOut(missing: MissingParts): readonly { readonly suffix: string; readonly reason: string }[] {
  const suites = [
    { suffix: '.kubernetes.test.ts', reason: missing.kubernetes },
    { suffix: '.mongodb.test.ts', reason: missing.mongodb },
    // What else such a suite needs stands behind: `.helm.kubernetes.test.ts`, `.helm.e2e.test.ts`.
    { suffix: '.helm.test.ts', reason: missing.helm },
    { suffix: '.helm.kubernetes.test.ts', reason: missing.helm },
    { suffix: '.helm.e2e.test.ts', reason: missing.helm },
    { suffix: '.process.test.ts', reason: missing.patience },
    // End-to-end suites need both; those of standalone mode need none and are named `.test.ts`.
    { suffix: '.e2e.test.ts', reason: missing.kubernetes ?? missing.mongodb },
  ];
  return suites.filter((suite): suite is { suffix: string; reason: string } => suite.reason !== null);
}

/** Jest's report, summed up in the one line that closes a run. A suite that failed to load counts as one failure. */
export function closingLine(report: string): { readonly line: string; readonly ran: number } {
  const totals = report === '' ? {} : (JSON.parse(report) as Record<string, number>);
  const passed = totals['numPassedTests'] ?? 0;
  const failed = (totals['numFailedTests'] ?? 0) + (totals['numRuntimeErrorTestSuites'] ?? 0);
  const skipped = (totals['numPendingTests'] ?? 0) + (totals['numTodoTests'] ?? 0);
  return { line: `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`, ran: passed + failed };
}
