import { setTimeout as sleep } from 'node:timers/promises';
import type { ScimClient } from '../support/scim-client.ts';

interface Written {
  /** The name that each changed person was given last, as far as the change was acknowledged. */
  readonly names: ReadonlyMap<string, string>;
  /** Names that were sent after that one, and nobody answered. */
  readonly unanswered: ReadonlyMap<string, readonly string[]>;
  /** Ids of new people who were acknowledged. */
  readonly created: readonly string[];
}

interface Writing {
  /** How many writes were acknowledged. */
  acknowledged(): number;
  stop(): Promise<Written>;
}

interface WritingParts {
  /** One for each pod. A pod that is gone is left to the others. */
  readonly clients: readonly ScimClient[];
  readonly ids: readonly string[];
  readonly patchOf: (name: string) => object;
  readonly personOf: (name: string) => object;
}

const WRITERS = 4;
const REST_MS = 50;

/**
 * Changes people one after the other, and makes a new one now and then, as a directory does, until it is stopped. Each person
 * has one writer, so that it is known which change came last.
 */
export function keepWriting({ clients, ids, patchOf, personOf }: WritingParts): Writing {
  const stop = new AbortController();
  const names = new Map<string, string>();
  const unanswered = new Map<string, string[]>();
  const created: string[] = [];
  let acknowledged = 0;

  async function write(writer: number): Promise<void> {
    const own = ids.filter((_, index) => index % WRITERS === writer);
    for (let turn = 0; !stop.signal.aborted; turn += 1) {
      const client = clients[(writer + turn) % clients.length]!;
      const name = `Zyqxwritten ${writer}-${turn}`;
      const id = turn % 5 === 4 ? null : own[turn % own.length]!;
      const request =
        id === null
          ? { method: 'POST', path: '/Users', body: personOf(name) }
          : { method: 'PATCH', path: `/Users/${id}`, body: patchOf(name) };
      const answer = await client.send(request).catch(() => null);
      if (answer === null) {
        // The connection went with the pod: it may have written.
        if (id !== null) unanswered.set(id, [...(unanswered.get(id) ?? []), name]);
      } else if (answer.status > 299) {
        throw new Error(`a write was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      } else {
        acknowledged += 1;
        if (id === null) created.push(answer.body.id);
        else names.set(id, name);
        if (id !== null) unanswered.delete(id);
      }
      await sleep(REST_MS);
    }
  }

  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  // Told at the end.
  writers.catch(() => undefined);
  return {
    acknowledged: () => acknowledged,
    async stop() {
      stop.abort();
      await writers;
      return { names, unanswered, created };
    },
  };
}
