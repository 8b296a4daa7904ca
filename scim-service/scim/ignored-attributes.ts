import { cutText } from './quote-value.ts';

/** A request can hold a megabyte of unknown names; an admin needs to see the first few. */
const MAX_PATHS = 100;
const MAX_PATH_LENGTH = 200;

/** Collects the paths of a request that were accepted and dropped, each once. */
export class IgnoredAttributes {
  readonly #paths = new Set<string>();

  /** Of a path with a value filter, `emails[value eq "…"].foo`, only the names are kept: the filter may hold a person's data. */
  add(path: string): void {
    if (this.#paths.size < MAX_PATHS) this.#paths.add(cutText(withoutFilter(path), MAX_PATH_LENGTH));
  }

  list(): readonly string[] {
    return Object.freeze([...this.#paths]);
  }
}

function withoutFilter(path: string): string {
  const open = path.indexOf('[');
  const close = path.lastIndexOf(']');
  return open === -1 ? path : path.slice(0, open) + (close < open ? '' : path.slice(close + 1));
}
