import type { TenantKey } from '#common/tenant-key.ts';
import type { DelayLimits, KeyQueue, QueueMetrics } from '../controller/key-queue.ts';

/** First and longest delay of `addRateLimited`: a short fault is over in a second, a long one costs a run in five minutes. */
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 5 * 60_000;

/** Longest delay that a timer of Node takes, about 24.8 days; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const NO_METRICS: QueueMetrics = { depth() {}, added() {}, retried() {} };

interface Timer {
  readonly due: number;
  readonly handle: NodeJS.Timeout;
}

/** A queue in memory, for the workers of one process. */
export class KeyedQueue implements KeyQueue, Disposable {
  /** Keys that wait for a worker, oldest first. */
  readonly #waiting = new Set<TenantKey>();
  readonly #handled = new Set<TenantKey>();
  /** Keys that were added while a worker has them. */
  readonly #again = new Set<TenantKey>();
  readonly #timers = new Map<TenantKey, Timer>();
  readonly #failures = new Map<TenantKey, number>();
  /** Idle workers, the one that has waited longest first. */
  readonly #workers = new Set<(key: TenantKey) => void>();
  #isClosed = false;
  #paused = false;
  /** Which keys the one that may pass while all others are held up shall be of; null while none may. */
  #pass: ((key: TenantKey) => boolean) | null = null;
  readonly #metrics: QueueMetrics;
  readonly #random: () => number;

  constructor(options: { readonly metrics?: QueueMetrics; readonly random?: () => number } = {}) {
    this.#metrics = options.metrics ?? NO_METRICS;
    this.#random = options.random ?? Math.random;
  }

  add(key: TenantKey): void {
    if (this.#isClosed) return;
    if (this.#handled.has(key)) {
      if (this.#again.has(key)) return;
      this.#again.add(key);
      this.#metrics.added();
      return;
    }
    if (this.#waiting.has(key)) return;
    this.#metrics.added();
    this.#wait(key);
  }

  addAfter(key: TenantKey, milliseconds: number): void {
    if (this.#isClosed) return;
    if (milliseconds <= 0) {
      this.add(key);
      return;
    }
    const due = performance.now() + milliseconds;
    const timer = this.#timers.get(key);
    if (timer && timer.due <= due) return;
    clearTimeout(timer?.handle);
    const handle = setTimeout(
      () => {
        this.#timers.delete(key);
        this.add(key);
      },
      Math.min(milliseconds, LONGEST_TIMER_MS),
    );
    // What is due later must not keep a program from ending.
    handle.unref();
    this.#timers.set(key, { due, handle });
  }

  addRateLimited(key: TenantKey, { atLeast = 0, atMost = LONGEST_DELAY_MS }: DelayLimits = {}): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#metrics.retried();
    this.addAfter(key, Math.max(atLeast, retryDelay(failures, this.#random(), atMost)));
  }

  forget(key: TenantKey): void {
    this.#failures.delete(key);
  }

  async next(signal: AbortSignal): Promise<TenantKey | null> {
    if (signal.aborted) return null;
    return new Promise((resolve) => {
      const give = (key: TenantKey): void => {
        signal.removeEventListener('abort', leave);
        resolve(key);
      };
      const leave = (): void => {
        this.#workers.delete(give);
        resolve(null);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#workers.add(give);
      this.#handOut();
    });
  }

  done(key: TenantKey): void {
    this.#handled.delete(key);
    if (this.#again.delete(key)) this.#wait(key);
  }

  /** Drops all keys, those that are due later too; what is added from now on is dropped as well. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    for (const { handle } of this.#timers.values()) clearTimeout(handle);
    for (const keys of [this.#timers, this.#waiting, this.#again, this.#failures]) keys.clear();
    this.#metrics.depth(0);
  }

  pause(): void {
    this.#paused = true;
    this.#pass = null;
  }

  letOnePass(isPreferred: (key: TenantKey) => boolean): void {
    this.#pass = isPreferred;
    this.#handOut();
  }

  resume(): void {
    this.#paused = false;
    this.#pass = null;
    this.#handOut();
  }

  #wait(key: TenantKey): void {
    this.#waiting.add(key);
    this.#handOut();
  }

  #handOut(): void {
    if (this.#isClosed) return;
    for (const give of this.#workers) {
      const key = this.#take();
      if (key === null) break;
      this.#workers.delete(give);
      this.#handled.add(key);
      give(key);
    }
    this.#metrics.depth(this.#waiting.size);
  }

  #take(): TenantKey | null {
    const [oldest] = this.#waiting;
    if (oldest === undefined || (this.#paused && this.#pass === null)) return null;
    const key = this.#pass === null ? oldest : this.#draw(this.#pass);
    this.#pass = null;
    this.#waiting.delete(key);
    return key;
  }

  #draw(isPreferred: (key: TenantKey) => boolean): TenantKey {
    const waiting = [...this.#waiting];
    const preferred = waiting.filter(isPreferred);
    const drawn = preferred.length > 0 ? preferred : waiting;
    return drawn[Math.floor(this.#random() * drawn.length)] as TenantKey;
  }
}

/**
 * Delay before the next try, doubled with each failure. A quarter of it is drawn by lot, so that tenants that failed
 * together do not come back together.
 * @param failures how many tries have failed before this one
 * @param random from 0 up to 1
 * @param longest milliseconds
 * @returns milliseconds
 */
export function retryDelay(failures: number, random: number, longest = LONGEST_DELAY_MS): number {
  return Math.min(longest, FIRST_DELAY_MS * 2 ** failures) * (1 - random / 4);
}
