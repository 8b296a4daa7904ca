interface Versioned {
  readonly version: number;
  readonly lastModified: Date;
}

/** What a write makes of a stored resource's version and time. */
export function nextVersion<T extends Versioned>(stored: T, now: Date): T {
  // Clocks of pods differ; a directory that sorts by lastModified must not see a resource go back in time.
  const lastModified = now.getTime() < stored.lastModified.getTime() ? stored.lastModified : now;
  return { ...stored, version: stored.version + 1, lastModified };
}
