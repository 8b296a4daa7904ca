/** Keys that wait for their turn, each once. No key has two turns at a time: one that is added during its turn gets another. */
export class KeyQueue<Key> {
  readonly #waiting = new Set<Key>();
  readonly #turns = new Map<Key, Promise<void>>();
  readonly #parallel: number;
  readonly #turn: (key: Key) => Promise<void>;
  #closed = false;

  /** @param options.turn must not reject */
  constructor(options: { readonly parallel: number; readonly turn: (key: Key) => Promise<void> }) {
    this.#parallel = options.parallel;
    this.#turn = options.turn;
  }

  add(key: Key): void {
    if (this.#closed) return;
    this.#waiting.add(key);
    this.#startTurns();
  }

  /** Takes nothing from now on and forgets who waits; resolves when the last turn is over. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#waiting.clear();
    await Promise.all(this.#turns.values());
  }

  #startTurns(): void {
    for (const key of this.#waiting) {
      if (this.#turns.size >= this.#parallel) return;
      if (this.#turns.has(key)) continue;
      this.#waiting.delete(key);
      // Begins when this loop is over, because a turn may add keys.
      const turn = Promise.resolve().then(() => this.#turn(key));
      this.#turns.set(
        key,
        turn.finally(() => {
          this.#turns.delete(key);
          this.#startTurns();
        }),
      );
    }
  }
}
