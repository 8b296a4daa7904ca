import { readFileSync } from 'node:fs';

/** As long as client-go trusts what it has read. The kubelet renews a token long before it ends. */
const FRESH_MS = 60_000;

/** Text of a file that somebody renews, such as a token or a certificate; at most a minute old. */
export class FreshFile {
  readonly #path: string;
  readonly #now: () => number;
  #text = '';
  #readAt = -Infinity;

  /** @param now milliseconds of a monotonic clock */
  constructor(path: string, now: () => number = () => performance.now()) {
    this.#path = path;
    this.#now = now;
  }

  /** @throws Error when the file can't be read */
  read(): string {
    const now = this.#now();
    if (now - this.#readAt >= FRESH_MS) {
      this.#text = readFileSync(this.#path, 'utf8');
      this.#readAt = now;
    }
    return this.#text;
  }

  /** What was read does not serve any more; the next `read` looks whether there is something else. */
  forget(): void {
    this.#readAt = -Infinity;
  }
}
