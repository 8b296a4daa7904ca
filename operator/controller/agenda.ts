/**
 * Keys that are due at some time, each once. They lie in slots, so that asking costs what is due and not what is kept; a key may
 * come up to one slot too early, and whoever takes it puts it back then.
 */
export class Agenda<Key> {
  readonly #width: number;
  readonly #slots = new Map<number, Set<Key>>();
  readonly #slotOf = new Map<Key, number>();

  /** @param width of a slot, in the unit of the times */
  constructor(width: number) {
    this.#width = width;
  }

  /** In the place of what the key was due for before. */
  put(key: Key, time: number): void {
    const slot = Math.floor(time / this.#width);
    if (this.#slotOf.get(key) === slot) return;
    this.remove(key);
    this.#slotOf.set(key, slot);
    const keys = this.#slots.get(slot);
    if (keys) keys.add(key);
    else this.#slots.set(slot, new Set([key]));
  }

  remove(key: Key): void {
    const slot = this.#slotOf.get(key);
    if (slot === undefined) return;
    this.#slotOf.delete(key);
    const keys = this.#slots.get(slot);
    keys?.delete(key);
    if (keys?.size === 0) this.#slots.delete(slot);
  }

  /** Takes off whatever is due by then. */
  take(time: number): readonly Key[] {
    const last = Math.floor(time / this.#width);
    const due = [...this.#slots].filter(([slot]) => slot <= last).flatMap(([, keys]) => [...keys]);
    for (const key of due) this.remove(key);
    return due;
  }
}
