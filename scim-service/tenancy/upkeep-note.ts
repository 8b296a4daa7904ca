import type { PodDeletion, Reprojection } from '#common/pod-report.ts';

type DeletionNote = Omit<PodDeletion, 'requestsInFlight'>;

/** What this pod did behind the requests of a tenant since it serves it. A note is replaced, never changed. */
export class UpkeepNote {
  #reprojection: Readonly<Reprojection> | null = null;
  #deletion: Readonly<DeletionNote> | null = null;
  #changes = 0;

  /** Grows with each note. */
  get changes(): number {
    return this.#changes;
  }

  /** The last that this pod took part in, or else one of nobody, once it has found that nobody is left. */
  get reprojection(): Readonly<Reprojection> | null {
    return this.#reprojection;
  }

  set reprojection(note: Readonly<Reprojection> | null) {
    this.#reprojection = note;
    this.#changes += 1;
  }

  /** How far the removal of the tenant's people was when this pod looked last. */
  get deletion(): Readonly<DeletionNote> | null {
    return this.#deletion;
  }

  set deletion(note: Readonly<DeletionNote> | null) {
    this.#deletion = note;
    this.#changes += 1;
  }
}
