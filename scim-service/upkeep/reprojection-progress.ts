import type { Reprojection } from '#common/pod-report.ts';
import type { UpkeepNote } from '../tenancy/upkeep-note.ts';

/** Keeps a tenant's note of its re-projection true. What was begun under the same mapping goes on, with its beginning and figures. */
export class ReprojectionProgress {
  readonly #note: UpkeepNote;
  #current: Reprojection;

  /**
   * @param outdated people who are to be done
   * @param now milliseconds since 1970
   */
  constructor(note: UpkeepNote, projection: string, { outdated, now }: { readonly outdated: number; readonly now: number }) {
    this.#note = note;
    const before = note.reprojection?.projection === projection ? note.reprojection : null;
    const done = before?.done ?? 0;
    this.#current = {
      projection,
      startedAt: before?.startedAt ?? new Date(now).toISOString(),
      finishedAt: null,
      total: done + outdated,
      done,
      incomplete: before?.incomplete ?? 0,
    };
    note.reprojection = this.#current;
  }

  /** More people may turn up than were counted: pods on the mapping before write until they hear of this one. */
  found(people: number): void {
    this.#change({ total: Math.max(this.#current.total, this.#current.done + people) });
  }

  /** @param incomplete how many of them the mapping could not make whole */
  wrote(people: number, incomplete: number): void {
    this.#change({ done: this.#current.done + people, incomplete: this.#current.incomplete + incomplete });
  }

  #change(changes: Partial<Reprojection>): void {
    this.#current = { ...this.#current, ...changes };
    this.#note.reprojection = this.#current;
  }
}

/** Says that nobody is left, whoever did them: this pod, another one, or a client that wrote meanwhile. */
export function finishReprojection(note: UpkeepNote, projection: string, now: number): Reprojection | null {
  const { reprojection } = note;
  if (reprojection === null || reprojection.projection !== projection || reprojection.finishedAt !== null) return null;
  const total = Math.max(reprojection.total, reprojection.done);
  note.reprojection = { ...reprojection, total, done: total, finishedAt: new Date(now).toISOString() };
  return note.reprojection;
}

/** Says so where this pod has done nothing: the pod that did may be gone before anybody asked it how far it was. */
export function noteNobodyLeft(note: UpkeepNote, projection: string, now: number): void {
  if (note.reprojection?.projection === projection) return;
  const time = new Date(now).toISOString();
  note.reprojection = { projection, startedAt: time, finishedAt: time, total: 0, done: 0, incomplete: 0 };
}
