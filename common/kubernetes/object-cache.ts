import type { Logger } from '../logger.ts';
import { objectKey, type KubernetesObject } from './kubernetes-object.ts';
import type { ObjectSink } from './list-and-watch.ts';

export interface ReflectorEvent<T> {
  readonly type: 'Added' | 'Modified' | 'Deleted';
  /** `<namespace>/<name>` */
  readonly key: string;
  /** What the transform kept; of a deleted object the last that was known. */
  readonly object: T;
  /** What was kept before; null for an added object. */
  readonly previous: T | null;
  readonly resourceVersion: string;
  /** `list`: seen by comparing, so that several changes may have become one event. */
  readonly origin: 'list' | 'watch';
}

interface Entry<T> {
  readonly object: T;
  readonly uid: string;
  readonly resourceVersion: string;
}

/** What is known of one selection of objects. A list is compared with it, so that deletions during a gap are told too. */
export class ObjectCache<T> implements ObjectSink {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #transform: (object: KubernetesObject) => T;
  readonly #emit: (event: ReflectorEvent<T>) => void;
  readonly #onListed: () => void;
  readonly #onHeard: () => void;
  readonly #logger: Logger;
  readonly #seen = new Set<string>();
  #heardAt = performance.now();

  constructor(parts: {
    readonly transform: (object: KubernetesObject) => T;
    readonly emit: (event: ReflectorEvent<T>) => void;
    readonly onListed: () => void;
    readonly onHeard: () => void;
    readonly logger: Logger;
  }) {
    this.#transform = parts.transform;
    this.#emit = parts.emit;
    this.#onListed = parts.onListed;
    this.#onHeard = parts.onHeard;
    this.#logger = parts.logger;
  }

  get(key: string): T | null {
    return this.#entries.get(key)?.object ?? null;
  }

  *objects(): Generator<T> {
    for (const { object } of this.#entries.values()) yield object;
  }

  /** Milliseconds of the monotonic clock. */
  get heardAt(): number {
    return this.#heardAt;
  }

  heard(): void {
    this.#heardAt = performance.now();
    this.#onHeard();
  }

  listBegun(): void {
    this.#seen.clear();
  }

  listed(objects: readonly KubernetesObject[]): void {
    for (const object of objects) {
      this.#seen.add(objectKey(object));
      this.#put(object, 'list');
    }
  }

  listEnded(): void {
    for (const [key, entry] of this.#entries) if (!this.#seen.has(key)) this.#drop(key, entry, 'list');
    this.#seen.clear();
    this.#onListed();
  }

  changed(object: KubernetesObject): void {
    this.#put(object, 'watch');
  }

  deleted(object: KubernetesObject): void {
    const key = objectKey(object);
    const entry = this.#entries.get(key);
    if (entry) this.#drop(key, { ...entry, resourceVersion: object.metadata.resourceVersion }, 'watch');
  }

  #put(object: KubernetesObject, origin: 'list' | 'watch'): void {
    const key = objectKey(object);
    const { uid, resourceVersion } = object.metadata;
    const known = this.#entries.get(key);
    if (known && known.uid === uid && known.resourceVersion === resourceVersion) return;
    let kept: T;
    try {
      kept = this.#transform(object);
    } catch (error) {
      this.#logger.error({ err: error, key }, 'object is not understood; what was known of it stays');
      return;
    }
    // Another uid: the old object has gone and its name was taken, between two lists.
    if (known && known.uid !== uid) this.#drop(key, known, origin);
    const previous = known && known.uid === uid ? known.object : null;
    this.#entries.set(key, { object: kept, uid, resourceVersion });
    this.#emit({ type: previous === null ? 'Added' : 'Modified', key, object: kept, previous, resourceVersion, origin });
  }

  #drop(key: string, entry: Entry<T>, origin: 'list' | 'watch'): void {
    this.#entries.delete(key);
    this.#emit({ type: 'Deleted', key, object: entry.object, previous: entry.object, resourceVersion: entry.resourceVersion, origin });
  }
}
