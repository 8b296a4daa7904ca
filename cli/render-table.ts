/** A cell may have several lines. */
export type Cell = readonly string[];

const GAP = '  ';

/** Aligned columns, one text for each line of the table. A column in which nothing stands is left out, its head included. */
export function renderTable(head: readonly string[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const used = head.map((_, column) => rows.some((row) => (row[column] ?? []).some((line) => line !== '')));
  const widths = head.map((name, column) => Math.max(...[name, ...rows.flatMap((row) => row[column] ?? [])].map((line) => line.length)));
  const renderLine = (parts: readonly string[]): string =>
    parts
      .map((part, column) => part + ' '.repeat(Math.max(0, (widths[column] ?? 0) - part.length)))
      .filter((_, column) => used[column])
      .join(GAP)
      .trimEnd();
  const lines = rows.flatMap((row) => {
    const height = Math.max(1, ...row.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) => renderLine(head.map((_, column) => row[column]?.[line] ?? '')));
  });
  return [renderLine(head), ...lines];
}
