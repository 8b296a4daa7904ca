import { troubleshootingLink, type DocumentedReason } from '#common/troubleshooting-link.ts';
import { oneLine } from './one-line.ts';

/**
 * What keeps a tenant from being ready, with its consequence for the run:
 * `stalled` stays until the user acts (no retry), `wait` passes by itself (looked at again after a time at the latest),
 * `retry` is a write that failed (again with backoff).
 */
export type RunProblem =
  | { readonly kind: 'stalled'; readonly reason: DocumentedReason; readonly message: string }
  | { readonly kind: 'wait'; readonly reason: string; readonly message: string; readonly milliseconds: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly message: string };

export function stalled(reason: DocumentedReason, message: string): RunProblem {
  return { kind: 'stalled', reason, message: oneLine(message, 1_000) };
}

export function waiting(reason: string, message: string, milliseconds: number): RunProblem {
  return { kind: 'wait', reason, message: oneLine(message, 1_000), milliseconds };
}

/** @param doing what failed, as the beginning of a sentence */
export function failedWrite(reason: string, doing: string, error: Error): RunProblem {
  return { kind: 'retry', reason, message: `${doing}: ${oneLine(error.message, 300)}; it is tried again` };
}

/** What the user must mend ends with the page that explains it. */
export function explained(problem: RunProblem | null, docsUrl: string | null): RunProblem | null {
  if (problem?.kind !== 'stalled') return problem;
  return { ...problem, message: `${problem.message}; see ${troubleshootingLink(problem.reason, docsUrl)}` };
}
