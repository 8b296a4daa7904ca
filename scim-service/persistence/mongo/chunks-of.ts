/** Ids of one command: a query that the server reads in a moment, of some 40 kB. */
const CHUNK = 1_000;

export function* chunksOf<T>(values: readonly T[], size = CHUNK): Generator<readonly T[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size);
}
