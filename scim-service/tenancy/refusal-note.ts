import type { RefusedConfig } from '#common/pod-report.ts';

/** The newest config of a tenant, while it is refused and an earlier one stays in force. */
export class RefusalNote {
  #current: RefusedConfig | null = null;
  #changes = 0;

  get current(): RefusedConfig | null {
    return this.#current;
  }

  /** Grows with each refusal that is news, and with each end of one. */
  get changes(): number {
    return this.#changes;
  }

  /** @returns whether this is news: another config, or another reason */
  note(refused: RefusedConfig | null): boolean {
    if (isSameRefusal(this.#current, refused)) return false;
    this.#current = refused;
    this.#changes += 1;
    return true;
  }
}

export function isSameRefusal(one: RefusedConfig | null, other: RefusedConfig | null): boolean {
  return one?.revision === other?.revision && one?.reason === other?.reason;
}
