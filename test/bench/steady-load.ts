import { setTimeout as sleep } from 'node:timers/promises';
import { idOf, TENANT, TOKEN } from './people.ts';

export interface SteadyResult {
  /** Milliseconds from the moment at which a request was due to its answer, sorted. */
  readonly latencies: readonly number[];
  /** Answers by status; 0 for a request that got none. */
  readonly statuses: Readonly<Record<number, number>>;
}

/** A client that changes a title at a fixed pace whatever the answers take, and remembers which changes were acknowledged. */
export class SteadyLoad {
  /** By person: the title that was acknowledged last, and those that were sent after it and may be there as well. */
  readonly titles = new Map<number, { acknowledged: string | null; readonly sent: Set<string> }>();
  readonly #perSecond: number;
  readonly #users: number;
  #sequence = 0;

  constructor(options: { readonly perSecond: number; readonly users: number }) {
    this.#perSecond = options.perSecond;
    this.#users = options.users;
  }

  /** Sends until `done` says so, and waits for the answers. */
  async run(port: number, done: () => boolean): Promise<SteadyResult> {
    const latencies: number[] = [];
    const statuses: Record<number, number> = {};
    const pending = new Set<Promise<void>>();
    const begin = performance.now();
    for (let n = 0; !done(); n += 1) {
      const due = begin + (n * 1_000) / this.#perSecond;
      await sleep(Math.max(0, due - performance.now()));
      const request = this.#change(port).then((status) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
        latencies.push(performance.now() - due);
        pending.delete(request);
      });
      pending.add(request);
    }
    await Promise.all(pending);
    return { latencies: latencies.sort((a, b) => a - b), statuses };
  }

  async #change(port: number): Promise<number> {
    const person = Math.floor(Math.random() * this.#users);
    const title = `Title ${++this.#sequence}`;
    const entry = this.titles.get(person) ?? { acknowledged: null, sent: new Set<string>() };
    this.titles.set(person, entry);
    entry.sent.add(title);
    const status = await patchTitle(port, person, title);
    if (status === 200) {
      // Two changes of one person that overlap may have been done in either order.
      if (entry.sent.size === 1) entry.sent.clear();
      entry.acknowledged = title;
    }
    return status;
  }
}

async function patchTitle(port: number, person: number, title: string): Promise<number> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/${TENANT}/scim/v2/Users/${idOf(person)}`, {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'Replace', path: 'title', value: title }],
      }),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
