/** The most names that a message suggests. */
const SUGGESTIONS = 3;

/** Twice the longest name there is. What is longer is no misspelling, and to measure it takes long. */
const MAX_LENGTH = 64;

/**
 * Up to three of `names` that are close to `name` without regard to case, nearest first; none when all are far from it.
 * Of a dotted name the last part counts.
 */
export function nearestNames(name: string, names: readonly string[]): readonly string[] {
  if (name.length > MAX_LENGTH) return [];
  const wanted = name.toLowerCase();
  // A third of the letters wrong is a misspelling, more is another word; two in a short name.
  const farthest = Math.max(2, Math.floor(wanted.length / 3));
  return names
    .map((candidate) => ({ candidate, distance: distanceOf(wanted, lastPart(candidate).toLowerCase(), farthest) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((left, right) => left.distance - right.distance)
    .slice(0, SUGGESTIONS)
    .map(({ candidate }) => candidate);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Levenshtein distance, but at most `farthest` when one holds the other whole (`workEmails`, `emails`). */
function distanceOf(left: string, right: string, farthest: number): number {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  const distance = levenshtein(left, right);
  // Three letters and fewer are in too many words.
  return short.length > 3 && long.includes(short) ? Math.min(distance, farthest) : distance;
}

function levenshtein(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 0; row < left.length; row += 1) {
    const current = [row + 1];
    for (let column = 0; column < right.length; column += 1) {
      const replaced = (previous[column] ?? 0) + (left[row] === right[column] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
