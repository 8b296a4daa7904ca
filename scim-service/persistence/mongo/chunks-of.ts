/** Of one command: enough that the way to the server counts for little, and few enough that no command takes long. */
const CHUNK = 250;

export function* chunksOf<T>(values: readonly T[], size = CHUNK): Generator<readonly T[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size);
}
