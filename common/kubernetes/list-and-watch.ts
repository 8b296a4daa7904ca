import type { Logger } from '../logger.ts';
import { waitUnlessAborted } from '../wait.ts';
import type { KubernetesClient } from './client.ts';
import { KubernetesApiError, LONGEST_PATIENCE_MS, retryAfterMs } from './kubernetes-api-error.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { listObjects, type ObjectSelection } from './list-objects.ts';
import { watchEvents } from './watch-events.ts';

export interface ReflectorTimings {
  /** The server sends a bookmark about every minute, so a watch that says nothing for longer is dead. */
  readonly idleMs: number;
  /** How long a watch is asked to last; a fifth is added or taken by lot, so that not all end together. */
  readonly watchSeconds: number;
  readonly firstDelayMs: number;
  /** Also where the server asks for more patience. */
  readonly longestDelayMs: number;
}

export const REFLECTOR_TIMINGS: ReflectorTimings = {
  idleMs: 90_000,
  watchSeconds: 300,
  firstDelayMs: 200,
  longestDelayMs: LONGEST_PATIENCE_MS,
};

/**
 * A watch that ends sooner without a word counts as failed, and one that had something to say is opened again after the
 * first delay: whatever cuts it, there is no tight loop.
 */
const SHORTEST_WATCH_MS = 1_000;

/** Takes what a list and the watch after it tell. */
export interface ObjectSink {
  /** A list begins, or begins anew: nothing of it has been told yet. */
  listBegun(): void;
  listed(objects: readonly KubernetesObject[]): void;
  /** All that exists has been `listed`; what was not has gone. */
  listEnded(): void;
  changed(object: KubernetesObject): void;
  deleted(object: KubernetesObject): void;
  /** The server gave a sign of life. */
  heard(): void;
}

export interface ListAndWatchParts {
  readonly client: KubernetesClient;
  readonly selection: ObjectSelection;
  readonly sink: ObjectSink;
  readonly logger: Logger;
  readonly timings: ReflectorTimings;
  readonly random: () => number;
}

/** Follows one selection of objects, whatever happens to the server and to the connection. */
export class ListAndWatch {
  readonly #parts: ListAndWatchParts;
  /** Everything up to this moment has been told; null when only a list can say what is. */
  #resourceVersion: string | null = null;

  constructor(parts: ListAndWatchParts) {
    this.#parts = parts;
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { logger, selection } = this.#parts;
    let failures = 0;
    while (!signal.aborted) {
      let pauseMs = 0;
      try {
        if (this.#resourceVersion === null) await this.#list(signal);
        const begun = performance.now();
        const told = await this.#watch(signal);
        const wasShort = performance.now() - begun < SHORTEST_WATCH_MS;
        failures = wasShort && !told ? failures + 1 : 0;
        if (wasShort) pauseMs = this.#delay(Math.max(1, failures));
      } catch (error) {
        if (signal.aborted) return;
        failures++;
        pauseMs = Math.max(this.#delay(failures), retryAfterMs(error, this.#parts.timings.longestDelayMs));
        const relist = this.#resourceVersion !== null && needsList(error);
        if (relist) this.#resourceVersion = null;
        const fields = { err: error, plural: selection.resource.plural, namespace: selection.namespace, failures };
        if (relist) logger.info(fields, 'watch is too old; objects are listed anew');
        else logger.warn(fields, 'list or watch failed');
      }
      if (pauseMs > 0) await waitUnlessAborted(pauseMs, signal);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, selection, sink } = this.#parts;
    sink.listBegun();
    const pages = listObjects(client, selection, { signal, onRestart: () => sink.listBegun() });
    let page = await pages.next();
    for (; !page.done; page = await pages.next()) {
      sink.heard();
      sink.listed(page.value);
    }
    sink.listEnded();
    this.#resourceVersion = page.value;
  }

  /** @returns whether it told anything */
  async #watch(signal: AbortSignal): Promise<boolean> {
    const { client, selection, sink, timings, random } = this.#parts;
    let told = false;
    const events = watchEvents(client, selection, {
      resourceVersion: this.#resourceVersion ?? '',
      timeoutSeconds: Math.max(1, Math.round(timings.watchSeconds * (0.8 + random() * 0.4))),
      idleMs: timings.idleMs,
      onOpen: () => sink.heard(),
      signal,
    });
    try {
      for await (const { type, object } of events) {
        told = true;
        sink.heard();
        if (type === 'DELETED') sink.deleted(object);
        else if (type !== 'BOOKMARK') sink.changed(object);
        this.#resourceVersion = object.metadata.resourceVersion;
      }
    } catch (error) {
      // A watch that told something and was then cut is the server's restart, not a repeated failure.
      if (!told || signal.aborted || needsList(error)) throw error;
      this.#parts.logger.info({ err: error, plural: selection.resource.plural }, 'watch was cut; it goes on where it was');
    }
    return told;
  }

  /** Doubles with each failure; half of it is drawn by lot. */
  #delay(failures: number): number {
    const { timings, random } = this.#parts;
    return Math.min(timings.longestDelayMs, timings.firstDelayMs * 2 ** (failures - 1)) * (0.5 + random() / 2);
  }
}

/**
 * 410: the server has compacted the moment away. 400: it can't read the resource version. 504 with `Too large resource
 * version`: the store was put back to an earlier state.
 */
function needsList(error: unknown): boolean {
  if (!(error instanceof KubernetesApiError)) return false;
  return error.status === 410 || error.status === 400 || (error.status === 504 && /too large resource version/i.test(error.message));
}
