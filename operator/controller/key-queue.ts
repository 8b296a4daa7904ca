import type { TenantKey } from '#common/tenant-key.ts';

/**
 * Keys of the tenants that need a run. A key is in the queue once however often it is added, is never handled by two
 * workers at once, and is handled once more when it is added while a worker has it.
 */
export interface KeyQueue {
  add(key: TenantKey): void;
  /** Adds the key when the time has passed; of several times for one key the earliest holds. */
  addAfter(key: TenantKey, milliseconds: number): void;
  /** Adds the key after a delay that grows with each call until `forget`. */
  addRateLimited(key: TenantKey, limits?: DelayLimits): void;
  /** Ends the growth of the delay: the key's last run went well. */
  forget(key: TenantKey): void;
  /** The next key, to be given back with `done`; null once the signal has aborted. */
  next(signal: AbortSignal): Promise<TenantKey | null>;
  /** Ends what `next` began. */
  done(key: TenantKey): void;
  /** Gives out no key until `resume`, but one for each `letOnePass`. */
  pause(): void;
  /**
   * Gives out a single key, now or when there is one: by lot among those that are preferred, or else among all. By lot, since
   * the oldest may all be of one kind.
   */
  letOnePass(isPreferred: (key: TenantKey) => boolean): void;
  resume(): void;
}

/** In milliseconds. */
export interface DelayLimits {
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a queue reports about itself, under controller-runtime's names `workqueue_*`. */
export interface QueueMetrics {
  /** Keys that wait for a worker, the delayed ones excluded. */
  depth(keys: number): void;
  /** A key began to wait. */
  added(): void;
  /** A key was added by `addRateLimited`. */
  retried(): void;
}
