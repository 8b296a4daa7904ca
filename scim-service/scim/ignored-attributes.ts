import { cutText } from './quote-value.ts';

/** A request can hold a megabyte of unknown names; an admin needs to see the first few. */
const MAX_PATHS = 100;
const MAX_PATH_LENGTH = 200;

/** Collects the paths of a request that were accepted and dropped, each once. */
export class IgnoredAttributes {
  readonly #paths = new Set<string>();

  add(path: string): void {
    if (this.#paths.size < MAX_PATHS) this.#paths.add(cutText(path, MAX_PATH_LENGTH));
  }

  list(): readonly string[] {
    return Object.freeze([...this.#paths]);
  }
}
