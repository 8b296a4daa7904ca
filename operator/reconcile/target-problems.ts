import type { PlacedRule } from './effective-rules.ts';

interface Written {
  readonly target: string;
  readonly place: string;
}

/**
 * Checks that each field of the record is written by one rule and by one default at most, and that a field that holds
 * fields is not written itself. A default may have the target of a rule: it fills what the directory left empty.
 */
export function targetProblems(placed: readonly PlacedRule[], newUserDefaults: readonly { readonly target: string }[]): string[] {
  const rules = placed.map(({ rule: { target }, place }) => ({ target, place: `${place}.target` }));
  const defaults = newUserDefaults.map(({ target }, index) => ({ target, place: `newUserDefaults[${index}].target` }));
  return [...writtenTwice(rules), ...writtenTwice(defaults), ...nested([...rules, ...defaults])];
}

function writtenTwice(written: readonly Written[]): string[] {
  return written.flatMap(({ target, place }, index) => {
    const first = written.findIndex((other) => other.target === target);
    if (first === index) return [];
    return [`${place}: "${target}" is written by ${written[first]?.place} already; give each its own target`];
  });
}

function nested(written: readonly Written[]): string[] {
  const placeOf = new Map<string, string>();
  for (const { target, place } of written) if (!placeOf.has(target)) placeOf.set(target, place);
  return [...placeOf].flatMap(([target, place]) =>
    enclosing(target)
      .filter((outer) => placeOf.has(outer))
      .map((outer) => `${place}: "${target}" lies inside "${outer}", which ${placeOf.get(outer)} writes as a whole; rename one of them`),
  );
}

/** `a.b.c` -> `a`, `a.b` */
function enclosing(target: string): string[] {
  const names = target.split('.');
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('.'));
}
