/** Lines at level error that bad weather explains; each other one is a finding. */
const OF_BAD_WEATHER: readonly RegExp[] = [
  // The API server was away, or answered 409, 429 or 5xx, in the middle of a run.
  /^run failed, will be tried again$/,
  /^action failed, will be tried again$/,
  /^config of a deleted tenant not written, will be tried again$/,
  /^leadership is lost; the lease is waited for again once all work has stopped$/,
  // MongoDB was away: see below.
  /^request failed in the service$/,
  /^answer was broken off in the middle$/,
  // Somebody wrote nonsense into a derived Secret.
  /^object is not understood; what was known of it stays$/,
  /^tenant config is not usable, the last good one stays in force$/,
];

const MOST_KEPT = 50;

/** What the programs say, counted by message; lines that should not be there are kept. */
export class LogBook {
  readonly counts = new Map<string, number>();
  readonly #suspicious: string[] = [];

  see(program: string, line: string): void {
    const entry = parsed(line);
    if (entry === null) return this.#suspect(program, line);
    const { level, msg } = entry;
    if (level === 'error' || level === 'fatal' || level === 'warn') {
      const label = `${level}: ${msg}`;
      this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
    }
    if (level === 'error' && !OF_BAD_WEATHER.some((pattern) => pattern.test(msg))) this.#suspect(program, line);
    // The client had a 503 then, and anything else is a 500.
    if (msg === 'request failed in the service' && !line.includes('StoreUnavailableError')) this.#suspect(program, line);
    if (level === 'fatal') this.#suspect(program, line);
  }

  findings(): readonly string[] {
    return [...this.#suspicious];
  }

  #suspect(program: string, line: string): void {
    if (this.#suspicious.length < MOST_KEPT) this.#suspicious.push(`${program} wrote: ${line.slice(0, 600)}`);
  }
}

function parsed(line: string): { readonly level: string; readonly msg: string } | null {
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return typeof level === 'string' && typeof msg === 'string' ? { level, msg } : null;
  } catch {
    return null;
  }
}
