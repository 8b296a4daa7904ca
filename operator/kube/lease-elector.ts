import { randomUUID } from 'node:crypto';
import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { isConflict, isNotFound, LONGEST_PATIENCE_MS, retryAfterMs } from '#common/kubernetes/kubernetes-api-error.ts';
import type { Logger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import type { Leadership } from '../controller/ports.ts';
import { heldLease, holderOf, newLease, releasedLease, renewalOf, type Lease } from './lease.ts';
import { LeaseStore } from './lease-store.ts';

export interface LeaseTimings {
  /** How long others wait after the last renewal that they saw. */
  readonly leaseDurationSeconds: number;
  readonly renewMs: number;
  readonly retryMs: number;
  /** The longest wait for a server that asks for more than `retryMs`. */
  readonly patienceMs: number;
  /**
   * How long we trust a renewal, counted from before it was sent. Shorter than the lease by the time that a write
   * may be under way after it was allowed.
   */
  readonly renewDeadlineMs: number;
}

/** A lease of 15 s, and a look at it every 2 s, make a takeover within 17 s of the holder's last renewal. */
const OWN = { leaseDurationSeconds: 15, renewMs: 4_000, retryMs: 2_000, renewDeadlineMs: 10_000 };
const TIMINGS: LeaseTimings = { ...OWN, patienceMs: LONGEST_PATIENCE_MS };

/**
 * How long the work may go on after the lease was lost, before the process gives up. Requests are cut at once; what is
 * waited for is a mail that a server is taking, of which each step may last 10 s.
 */
const GRACE_MS = 60_000;

/** A server that stays away is told of once a minute, not at each try. */
const COMPLAINT_MS = 60_000;

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
  /** How long the work of a lost lease may take to end; a minute. */
  readonly graceMs?: number;
}

/** The work of one term: from having the lease until it is lost or given back. */
export interface Term {
  /** Aborts when the work shall end, in good order or because the lease was lost. */
  readonly signal: AbortSignal;
  /** Aborts when the lease was lost: what is under way is to be given up. */
  readonly lost: AbortSignal;
}

/**
 * Leader election by a Lease, as client-go does it. Clocks of other machines are never compared: how long a holder has
 * been silent is measured here, and so is how long we may act, on a clock that goes on while the process is paused.
 */
export class LeaseElector implements Leadership {
  readonly #parts: LeaseElectorParts;
  readonly #store: LeaseStore;
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
    this.#store = new LeaseStore(parts);
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
   * Waits for the lease, does the work while it is held, and gives it back when the work has ended. A lease that is lost
   * stops the work of that term, and once that has ended, it is waited for again: an API server that is away for a
   * minute, or another leader, is no reason to end.
   * @throws what `onElected` throws while the lease is held; LeadershipLostError when work went on though the lease was
   *   lost: of two terms in one process the older could write with the right of the newer
   */
  async run({ onElected }: { readonly onElected: (term: Term) => Promise<void> }, signal: AbortSignal): Promise<void> {
    while (await this.#acquire(signal)) if ((await this.#term(onElected, signal)) === 'ended') return;
  }

  async #term(onElected: (term: Term) => Promise<void>, signal: AbortSignal): Promise<'ended' | 'lost'> {
    const { logger, onLeading, name, graceMs = GRACE_MS } = this.#parts;
    logger.info({ lease: name, identity: this.identity }, 'became leader');
    onLeading?.(true);
    const lost = new AbortController();
    const over = new AbortController();
    const overdue = Promise.withResolvers<never>();
    let grace: NodeJS.Timeout | undefined;
    const giveUp = (): void => overdue.reject(new LeadershipLostError(`work went on ${graceMs} ms after the lease was lost`));
    lost.signal.addEventListener('abort', () => (grace = setTimeout(giveUp, graceMs)), { once: true });
    const renewals = this.#renewUntil(over.signal).catch((error: unknown) => this.#lose(lost, error));
    const work = onElected({ signal: AbortSignal.any([signal, lost.signal]), lost: lost.signal }).catch((error: unknown) => {
      if (!lost.signal.aborted) throw error;
      logger.warn({ err: error }, 'work was cut short by the loss of the lease');
    });
    try {
      await Promise.race([work, overdue.promise]);
      return lost.signal.aborted ? 'lost' : 'ended';
    } finally {
      over.abort();
      await renewals;
      clearTimeout(grace);
      if (!lost.signal.aborted) onLeading?.(false);
      await this.#release();
    }
  }

  /** @returns false when the signal aborted first */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { logger } = this.#parts;
    let complainedAt = -Infinity;
    while (!signal.aborted) {
      let waitMs = this.#timings.retryMs;
      try {
        const free = await this.#freeIn(signal);
        if (free === 0) return true;
        waitMs = Math.min(waitMs, free);
      } catch (error) {
        waitMs = Math.max(waitMs, retryAfterMs(error, this.#timings.patienceMs));
        if (!signal.aborted && !isConflict(error) && performance.now() - complainedAt >= COMPLAINT_MS) {
          complainedAt = performance.now();
          logger.warn({ err: error }, 'lease could not be asked for, will be tried again');
        }
      }
      await waitUnlessAborted(waitMs, signal);
    }
    return false;
  }

  /** Takes the lease when it is free. @returns 0 when it is ours now, else the milliseconds until it may be */
  async #freeIn(signal: AbortSignal): Promise<number> {
    const sentAt = performance.now();
    const found = await this.#store.read(signal);
    if (found === null) {
      this.#hold(await this.#store.create(newLease(this.#parts.name, this.#holder, Date.now()), signal), sentAt);
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
    const found = await this.#store.read(signal).catch(() => this.#held);
    if (found === null || holderOf(found) !== this.identity) {
      this.#heldUntil = -Infinity;
      throw new LeadershipLostError(found === null ? 'the lease was deleted' : `the lease has passed to ${holderOf(found) || 'nobody'}`);
    }
    this.#held = found;
  }

  #lose(lost: AbortController, error: unknown): void {
    this.#heldUntil = -Infinity;
    this.#held = null;
    this.#parts.logger.error({ err: error }, 'leadership is lost; the lease is waited for again once all work has stopped');
    this.#parts.onLeading?.(false);
    lost.abort(error);
  }

  async #release(): Promise<void> {
    const held = this.#held;
    this.#held = null;
    this.#heldUntil = -Infinity;
    if (held === null) return;
    try {
      await this.#store.update(releasedLease(held, Date.now()));
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'lease was not given back; the others wait for its end');
    }
  }

  async #renew(lease: Lease, signal: AbortSignal): Promise<void> {
    const sentAt = performance.now();
    this.#hold(await this.#store.update(heldLease(lease, this.#holder, Date.now()), signal), sentAt);
  }

  #hold(lease: Lease, sentAt: number): void {
    this.#held = lease;
    this.#heldUntil = sentAt + this.#timings.renewDeadlineMs;
  }
}
