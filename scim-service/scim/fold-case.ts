/** Composition is a matter of other letters; most keys are of these alone, and to normalise them takes longer than to look. */
const ASCII = /^[ -~]*$/;

/**
 * The key under which a text is unique or found without regard to case: two spellings of one text that differ in case or
 * in Unicode composition give the same key. Stores keep the key, so a lookup is an exact match in an index.
 * No key holds a letter from A to Z.
 */
export function foldCase(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  // Lower case can take a composition apart or make a new one possible: J with caron has no code point of its own, ǰ has.
  return text.normalize('NFC').toLowerCase().normalize('NFC');
}
