import { randomUUID } from 'node:crypto';
import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { isConflict, isNotFound } from '#common/kubernetes/kubernetes-api-error.ts';
import { resourcePath } from '#common/kubernetes/kubernetes-object.ts';
import type { Logger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import type { Leadership } from '../controller/ports.ts';
import { heldLease, holderOf, LEASES, newLease, parseLease, releasedLease, renewalOf, type Lease } from './lease.ts';

export interface LeaseTimings {
  /** How long others wait after the last renewal that they saw. */
  readonly leaseDurationSeconds: number;
  readonly renewMs: number;
  readonly retryMs: number;
  /**
   * How long we trust a renewal, counted from before it was sent. Shorter than the lease by the time that a write
   * may be under way after it was allowed.
   */
  readonly renewDeadlineMs: number;
}

/** A lease of 15 s, and a look at it every 2 s, make a takeover within 17 s of the holder's last renewal. */
const TIMINGS: LeaseTimings = { leaseDurationSeconds: 15, renewMs: 4_000, retryMs: 2_000, renewDeadlineMs: 10_000 };

/** A single request of ours; a slow server is asked again before the deadline. */
const REQUEST_TIMEOUT_MS = 5_000;

/** How long the work may go on after the lease was lost, before `run` gives up waiting for it. */
const GRACE_MS = 5_000;

/** The lease has passed to another process, or may have. */
export class LeadershipLostError extends Error {
  readonly code = 'leadership_lost';
  constructor(message: string) {
    super(message);
    this.name = 'LeadershipLostError';
  }
}

export interface LeaseElectorParts {
  readonly client: KubernetesClient;
  readonly namespace: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Name of this replica; a suffix makes it unique to this process. */
  readonly identity: string;
  readonly logger: Logger;
  readonly onLeading?: (leading: boolean) => void;
  readonly timings?: Partial<LeaseTimings>;
}

/**
 * Leader election by a Lease, as client-go does it. Clocks of other machines are never compared: how long a holder has
 * been silent is measured here, and so is how long we may act, on a clock that goes on while the process is paused.
 */
export class LeaseElector implements Leadership {
  readonly #parts: LeaseElectorParts;
  readonly #timings: LeaseTimings;
  readonly #holder: { readonly identity: string; readonly leaseDurationSeconds: number };
  /** The lease as it was when we last held it. */
  #held: Lease | null = null;
  /** On the monotonic clock. */
  #heldUntil = -Infinity;
  /** Somebody's last renewal, and when we first saw it. */
  #seen = { renewal: '', at: 0 };

  constructor(parts: LeaseElectorParts) {
    this.#parts = parts;
    this.#timings = { ...TIMINGS, ...parts.timings };
    this.#holder = {
      identity: `${parts.identity}_${randomUUID()}`,
      leaseDurationSeconds: this.#timings.leaseDurationSeconds,
    };
  }

  get identity(): string {
    return this.#holder.identity;
  }

  assertHeld(): void {
    if (performance.now() >= this.#heldUntil) throw new LeadershipLostError('the lease is not held, or it was not renewed in time');
  }

  /**
   * Waits for the lease, does the work while it is held, and gives it back when the work has ended.
   * The signal of `onElected` aborts with the given one, and when the lease is lost.
   * @throws LeadershipLostError when the lease was lost, and what `onElected` throws
   */
  async run({ onElected }: { readonly onElected: (signal: AbortSignal) => Promise<void> }, signal: AbortSignal): Promise<void> {
    if (!(await this.#acquire(signal))) return;
    const { logger, onLeading, name } = this.#parts;
    logger.info({ lease: name, identity: this.identity }, 'became leader');
    onLeading?.(true);
    const lost = new AbortController();
    const over = new AbortController();
    const overdue = Promise.withResolvers<void>();
    let grace: NodeJS.Timeout | undefined;
    lost.signal.addEventListener('abort', () => (grace = setTimeout(overdue.resolve, GRACE_MS)), { once: true });
    const renewals = this.#renewUntil(over.signal).catch((error: unknown) => this.#lose(lost, error));
    const work = onElected(AbortSignal.any([signal, lost.signal]));
    try {
      await Promise.race([work, overdue.promise]);
    } catch (error) {
      // Work that was cut short may fail; that the lease was lost is the cause.
      if (!lost.signal.aborted) throw error;
    } finally {
      clearTimeout(grace);
      over.abort();
      await renewals;
      onLeading?.(false);
      await this.#release();
    }
    if (lost.signal.aborted) throw lost.signal.reason;
  }

  /** @returns false when the signal aborted first */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { logger } = this.#parts;
    while (!signal.aborted) {
      let waitMs = this.#timings.retryMs;
      try {
        const free = await this.#freeIn(signal);
        if (free === 0) return true;
        waitMs = Math.min(waitMs, free);
      } catch (error) {
        if (!signal.aborted && !isConflict(error)) logger.warn({ err: error }, 'lease could not be asked for, will be tried again');
      }
      await waitUnlessAborted(waitMs, signal);
    }
    return false;
  }

  /** Takes the lease when it is free. @returns 0 when it is ours now, else the milliseconds until it may be */
  async #freeIn(signal: AbortSignal): Promise<number> {
    const sentAt = performance.now();
    const found = await this.#read(signal);
    if (found === null) {
      this.#hold(await this.#send('POST', newLease(this.#parts.name, this.#holder, Date.now()), signal), sentAt);
      return 0;
    }
    const holder = holderOf(found);
    if (holder !== '' && holder !== this.identity) {
      const now = performance.now();
      if (renewalOf(found) !== this.#seen.renewal) this.#seen = { renewal: renewalOf(found), at: now };
      const silentMs = now - this.#seen.at;
      const leaseMs = (found.spec.leaseDurationSeconds ?? this.#timings.leaseDurationSeconds) * 1_000;
      if (silentMs < leaseMs) return Math.max(1, Math.ceil(leaseMs - silentMs));
      this.#parts.logger.info({ holder, silentMs: Math.round(silentMs) }, 'lease has run out and is taken over');
    }
    await this.#renew(found, signal);
    return 0;
  }

  /** Renews until the signal aborts. @throws LeadershipLostError */
  async #renewUntil(signal: AbortSignal): Promise<void> {
    let waitMs = this.#timings.renewMs;
    for (;;) {
      await waitUnlessAborted(Math.min(waitMs, this.#leftMs()), signal);
      if (signal.aborted) return;
      // First of all: a process that was paused must not renew what has run out, since somebody else may act by now.
      this.assertHeld();
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(this.#leftMs())]);
      try {
        if (this.#held) await this.#renew(this.#held, inTime);
        waitMs = this.#timings.renewMs;
      } catch (error) {
        if (signal.aborted) return;
        if (isConflict(error) || isNotFound(error)) await this.#reread(inTime);
        this.#parts.logger.warn({ err: error }, 'lease was not renewed, will be tried again');
        waitMs = Math.min(this.#timings.retryMs, this.#timings.renewMs);
      }
    }
  }

  #leftMs(): number {
    return Math.ceil(Math.max(0, this.#heldUntil - performance.now()));
  }

  /** Somebody wrote to the lease: another holder, or only a label. An own renewal whose answer was lost looks like it, too. */
  async #reread(signal: AbortSignal): Promise<void> {
    const found = await this.#read(signal).catch(() => this.#held);
    if (found === null || holderOf(found) !== this.identity) {
      this.#heldUntil = -Infinity;
      throw new LeadershipLostError(found === null ? 'the lease was deleted' : `the lease has passed to ${holderOf(found) || 'nobody'}`);
    }
    this.#held = found;
  }

  #lose(lost: AbortController, error: unknown): void {
    this.#heldUntil = -Infinity;
    this.#held = null;
    this.#parts.logger.error({ err: error }, 'leadership is lost');
    lost.abort(error);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    this.#heldUntil = -Infinity;
    if (held === null) return;
    try {
      await this.#send('PUT', releasedLease(held, Date.now()));
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'lease was not given back; the others wait for its end');
    }
  }

  async #renew(lease: Lease, signal: AbortSignal): Promise<void> {
    const sentAt = performance.now();
    this.#hold(await this.#send('PUT', heldLease(lease, this.#holder, Date.now()), signal), sentAt);
  }

  #hold(lease: Lease, sentAt: number): void {
    this.#held = lease;
    this.#heldUntil = sentAt + this.#timings.renewDeadlineMs;
  }

  async #read(signal: AbortSignal): Promise<Lease | null> {
    const { client, namespace, name } = this.#parts;
    try {
      const path = resourcePath(LEASES, { namespace, name });
      return parseLease(await client.request({ method: 'GET', path, signal: soon(signal) }));
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  async #send(method: 'POST' | 'PUT', body: object, signal?: AbortSignal): Promise<Lease> {
    const { client, namespace, name } = this.#parts;
    const path = resourcePath(LEASES, method === 'POST' ? { namespace } : { namespace, name });
    return parseLease(await client.request({ method, path, body, signal: soon(signal) }));
  }
}

function soon(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}
