/** One line of a table: what, how much, and what it should be. */
export interface Figure {
  readonly what: string;
  readonly measured: string;
  /** Empty where there is none. */
  readonly goal?: string;
}

export function printFigures(title: string, figures: readonly Figure[]): void {
  const rows = figures.map(({ what, measured, goal = '' }) => `| ${what} | ${measured} | ${goal} |`);
  process.stdout.write([`\n### ${title}\n`, '| | measured | goal |', '|---|---|---|', ...rows, ''].join('\n'));
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(1)} s`;
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
