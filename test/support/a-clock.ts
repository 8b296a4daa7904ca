export interface FakeClock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  advance(milliseconds: number): void;
}

/** A clock that moves only when told. */
export function aClock(start: string): FakeClock {
  let time = Date.parse(start);
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}
