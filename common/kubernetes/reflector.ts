import type { Logger } from '../logger.ts';
import type { KubernetesClient } from './client.ts';
import type { KubernetesObject, ResourceType } from './kubernetes-object.ts';
import { ListAndWatch, REFLECTOR_TIMINGS, type ReflectorTimings } from './list-and-watch.ts';
import { ObjectCache, type ReflectorEvent } from './object-cache.ts';

export type { ReflectorEvent };

export interface ReflectorOptions<T> {
  readonly client: KubernetesClient;
  readonly resource: ResourceType;
  /** Each is watched by itself, with the rights of a Role; null watches all namespaces at once. */
  readonly namespaces: readonly string[] | null;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Only metadata is sent over the wire and given to `transform`. */
  readonly metadataOnly?: boolean;
  /** Reduces an object to what the cache keeps. When it throws, that is logged and what was known of the object stays. */
  readonly transform: (object: KubernetesObject) => T;
  readonly logger: Logger;
  /** Called at each sign of life of the server, a bookmark included. */
  readonly onHeard?: () => void;
  readonly timings?: Partial<ReflectorTimings>;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/**
 * A copy of a selection of objects that follows the API server: list, then watch from there, resumed after each break, and
 * listed anew when the server has forgotten where we were. Nothing that the server or a handler does ends it.
 */
export class Reflector<T> {
  readonly #options: ReflectorOptions<T>;
  /** By namespace; under null when all are watched at once. */
  readonly #caches = new Map<string | null, ObjectCache<T>>();
  readonly #handlers: ((event: ReflectorEvent<T>) => void)[] = [];
  readonly #listed = new Set<string | null>();
  readonly #synced = Promise.withResolvers<void>();

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    for (const namespace of options.namespaces ?? [null]) {
      this.#caches.set(
        namespace,
        new ObjectCache({
          transform: options.transform,
          emit: (event) => this.#emit(event),
          onListed: () => this.#onListed(namespace),
          onHeard: () => options.onHeard?.(),
          logger: options.logger,
        }),
      );
    }
    // Whoever waits gets the rejection; nobody has to wait.
    this.#synced.promise.catch(() => {});
  }

  /** Calls the handler for each change from now on; register before `run` to see every object once. What it throws is logged. */
  onEvent(handler: (event: ReflectorEvent<T>) => void): void {
    this.#handlers.push(handler);
  }

  /** Follows the server until the signal aborts, and resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { client, resource, labelSelector, fieldSelector, metadataOnly, logger } = this.#options;
    const followers = [...this.#caches].map(([namespace, sink]) => {
      const selection = {
        resource,
        namespace,
        ...(labelSelector !== undefined && { labelSelector }),
        ...(fieldSelector !== undefined && { fieldSelector }),
        ...(metadataOnly !== undefined && { metadataOnly }),
      };
      const timings = { ...REFLECTOR_TIMINGS, ...this.#options.timings };
      return new ListAndWatch({ client, selection, sink, logger, timings, random: this.#options.random ?? Math.random });
    });
    await Promise.all(followers.map((follower) => follower.run(signal)));
    this.#synced.reject(signal.reason);
  }

  get(key: string): T | null {
    for (const cache of this.#caches.values()) {
      const object = cache.get(key);
      if (object !== null) return object;
    }
    return null;
  }

  list(): readonly T[] {
    return [...this.#caches.values()].flatMap((cache) => [...cache.objects()]);
  }

  get hasSynced(): boolean {
    return this.#listed.size === this.#caches.size;
  }

  /** Resolves when every object that exists has been given to the handlers; rejects when `run` ended before. */
  synced(): Promise<void> {
    return this.#synced.promise;
  }

  /** Seconds since the server last gave a sign of life, an event, a bookmark or a list; of several namespaces the longest. */
  lastEventAgeSeconds(): number {
    const heardAt = Math.min(...[...this.#caches.values()].map((cache) => cache.heardAt));
    return Math.max(0, performance.now() - heardAt) / 1_000;
  }

  #onListed(namespace: string | null): void {
    this.#listed.add(namespace);
    if (this.hasSynced) this.#synced.resolve();
  }

  #emit(event: ReflectorEvent<T>): void {
    for (const handler of this.#handlers) {
      try {
        handler(event);
      } catch (error) {
        this.#options.logger.error({ err: error, key: event.key }, 'handler of a change failed');
      }
    }
  }
}
