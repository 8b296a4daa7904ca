import type { Candidate } from './identify-person.ts';
import type { InputLine } from './read-lines.ts';
import { targetOf } from './identify-person.ts';

export type Identify = (line: InputLine) => Candidate | { readonly problem: string };

/** What was found out of a file before anything is written. */
export interface Survey {
  readonly lines: number;
  /** Problem by line number. */
  readonly refused: ReadonlyMap<number, string>;
}

/**
 * Checks each line by itself and all of them against each other: of two lines with one id or one match value, neither can
 * be right. Keeps the keys of all lines in memory, and no record.
 */
export async function surveyPeople(input: AsyncIterable<InputLine>, identify: Identify): Promise<Survey> {
  const refused = new Map<number, string>();
  const firstWith = new Map<string, number>();
  let lines = 0;
  for await (const line of input) {
    lines += 1;
    const candidate = identify(line);
    if ('problem' in candidate) {
      refused.set(line.number, candidate.problem);
      continue;
    }
    for (const mark of marksOf(candidate)) {
      const first = firstWith.get(mark);
      if (first === undefined) {
        firstWith.set(mark, line.number);
        continue;
      }
      const what = mark.startsWith('=') ? 'id' : `value of "${targetOf(mark)}"`;
      addProblem(refused, line.number, `has the same ${what} as line ${first}`);
      addProblem(refused, first, `has the same ${what} as line ${line.number}`);
    }
  }
  return { lines, refused };
}

/** A match key begins with its target, an id's mark with `=`. */
function marksOf({ id, keys }: Candidate): ReadonlySet<string> {
  return new Set([...keys, `=${id}`]);
}

function addProblem(refused: Map<number, string>, line: number, problem: string): void {
  if (!refused.has(line)) refused.set(line, problem);
}
