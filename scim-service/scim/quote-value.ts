/** Enough to recognise a value by, too little to hold a person. */
const MAX_QUOTED_LENGTH = 60;

/** Writes a value of a request into a message: text quoted and cut, lists and objects only by kind. */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(cutText(value));
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1 value' : `a list of ${value.length} values`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? 'null' : 'nothing';
}

/** Cuts text from a request, so that a message stays readable. */
export function cutText(text: string, maxLength: number = MAX_QUOTED_LENGTH): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1)}…`;
}
