/** A mapping has fewer attributes than this; what comes beyond it is a client that makes names up. */
const MOST_NAMES = 100;
const LONGEST_NAME = 200;

/** An attribute path, of values with a type or without. Whatever else a client uses as a name may be a value, and is not told. */
const ATTRIBUTE_NAME = /^[A-Za-z][\w:.$-]*(\[type eq "\w+"\][\w.$]*)?$/;

/** Attributes that one mapping was sent and does not take, in this pod, without limit of time but of number. */
export class IgnoredNames {
  readonly #names = new Set<string>();

  /** Grows with each name that is new. */
  get changes(): number {
    return this.#names.size;
  }

  /** @returns the names that are new */
  add(names: readonly string[]): readonly string[] {
    const added: string[] = [];
    for (const name of names) {
      if (this.#names.size >= MOST_NAMES) break;
      if (this.#names.has(name) || name.length > LONGEST_NAME || !ATTRIBUTE_NAME.test(name)) continue;
      this.#names.add(name);
      added.push(name);
    }
    return added;
  }

  /** In the order in which they came first. */
  list(): readonly string[] {
    return [...this.#names];
  }
}
