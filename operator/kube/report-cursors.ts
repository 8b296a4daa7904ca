import type { PodReport } from '#common/pod-report.ts';

interface Answer {
  readonly bootId: string;
  readonly cursor: string;
}

/**
 * From where each pod is to tell what has changed. Whoever missed a poll is asked for the whole: what was kept of a silent pod is
 * no longer all that it told.
 */
export class ReportCursors {
  /** By the pod's URL. */
  readonly #answers = new Map<string, Answer>();

  /** @returns null to ask for the whole */
  of(url: string): string | null {
    return this.#answers.get(url)?.cursor ?? null;
  }

  /** @throws Error when the pod tells what has changed since an answer that it did not give */
  answered(url: string, { bootId, cursor, partial }: PodReport): void {
    const before = this.#answers.get(url);
    if (partial && before?.bootId !== bootId) throw new Error(`told changes of a report that was never given; bootId is ${bootId}`);
    if (cursor === null) this.#answers.delete(url);
    else this.#answers.set(url, { bootId, cursor });
  }

  missed(url: string): void {
    this.#answers.delete(url);
  }

  /** Forgets all other pods: one that comes back was not asked meanwhile. */
  keepOnly(urls: readonly string[]): void {
    const kept = new Set(urls);
    for (const url of this.#answers.keys()) if (!kept.has(url)) this.#answers.delete(url);
  }
}
