/**
 * What keeps a tenant from being ready, with its consequence for the run:
 * `stalled` stays until the user acts (no retry), `wait` passes by itself (looked at again after a time at the latest),
 * `retry` is a write that failed (again with backoff).
 */
export type RunProblem =
  | { readonly kind: 'stalled'; readonly reason: string; readonly message: string }
  | { readonly kind: 'wait'; readonly reason: string; readonly message: string; readonly milliseconds: number }
  | { readonly kind: 'retry'; readonly reason: string; readonly message: string };

export function stalled(reason: string, message: string): RunProblem {
  return { kind: 'stalled', reason, message: oneLine(message, 1_000) };
}

export function waiting(reason: string, message: string, milliseconds: number): RunProblem {
  return { kind: 'wait', reason, message: oneLine(message, 1_000), milliseconds };
}

/** @param doing what failed, as the beginning of a sentence */
export function failedWrite(reason: string, doing: string, error: Error): RunProblem {
  return { kind: 'retry', reason, message: `${doing}: ${oneLine(error.message, 300)}; it is tried again` };
}

/** For conditions and events, which hold one line; cut where a list of problems or a server's answer is long. */
export function oneLine(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}
