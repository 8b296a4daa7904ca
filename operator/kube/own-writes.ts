/**
 * Resource versions of our own last writes, so that the watch's echo of a write is not taken for somebody's change.
 * Only for writes that need no further run.
 */
export class OwnWrites {
  readonly #versions = new Map<string, string>();

  wrote(key: string, resourceVersion: string): void {
    this.#versions.set(key, resourceVersion);
  }

  /** Whether the object is as we wrote it last. An echo that overtakes the write's answer counts as a change: one run too many. */
  isEcho(key: string, resourceVersion: string): boolean {
    return this.#versions.get(key) === resourceVersion;
  }

  has(key: string): boolean {
    return this.#versions.has(key);
  }

  forget(key: string): void {
    this.#versions.delete(key);
  }
}
