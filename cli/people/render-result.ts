import type { Result } from './bring-people.ts';

/** Lines that are told one by one; whoever has more made one mistake many times. */
const TOLD_LINES = 200;

/** What an import came to, without anybody's data. */
export function renderResult(
  { counts, refused, stopped }: Result,
  { tenant, lines, dryRun }: { readonly tenant: string; readonly lines: number; readonly dryRun: boolean },
): string {
  const rows: readonly (readonly [string, number])[] = [
    ['created', counts.created],
    ['updated', counts.changed],
    ['unchanged', counts.unchanged],
    ['linked already', counts.linked],
    ['refused', refused.size],
  ];
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  const told = [...refused].toSorted(([left], [right]) => left - right).slice(0, TOLD_LINES);
  const more = refused.size - told.length;
  return [
    `${tenant}: ${lines} ${lines === 1 ? 'line' : 'lines'} read${dryRun ? '; nothing is written, this is what would be done' : ''}`,
    ...rows.map(([name, count]) => `  ${name.padEnd(14)}  ${String(count).padStart(width)}`),
    ...told.map(([line, problem]) => `line ${line} ${problem}`),
    ...(more > 0 ? [`and ${more} more lines`] : []),
    ...(stopped === null ? [] : ['It did not come to the end; repeat it, what is done already stays as it is.']),
    '',
  ].join('\n');
}
