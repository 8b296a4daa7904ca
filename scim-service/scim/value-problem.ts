import { ScimError } from './scim-error.ts';

/** Why an attribute of a resource can't be taken as it came. */
export interface ValueProblem {
  /** Of what is required and isn't there, or of a value that doesn't fit. */
  readonly kind: 'missing' | 'misfit';
  /** What, where, which value (cut) and what would be accepted. */
  readonly detail: string;
  /** The same without any value. */
  readonly summary: string;
}

/** The most problems that one error tells: nobody mends more at a time, and a list can have 100,000 values. */
export const TOLD_PROBLEMS = 20;

/**
 * One error for all that is wrong with a resource.
 * @param problems at least one
 * @param more how many there are beside these
 */
export function invalidValues(problems: readonly ValueProblem[], more = 0): ScimError {
  const told = problems.slice(0, TOLD_PROBLEMS);
  const untold = problems.length - told.length + more;
  const join = (texts: readonly string[]): string => [...texts, ...(untold > 0 ? [`and ${untold} more`] : [])].join('; ');
  return ScimError.invalidValue(join(told.map(({ detail }) => detail)), {
    summary: join(told.map(({ summary }) => summary)),
    reason: problems.every(({ kind }) => kind === 'missing') ? 'RequiredAttribute' : null,
  });
}
