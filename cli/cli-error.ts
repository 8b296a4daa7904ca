/** What ends a command, in words for the person who typed it. */
export class CliError extends Error {
  readonly code = 'cli';
  readonly exitCode: ExitCode;
  /** @param lines the first says what is wrong, the others give particulars */
  constructor(exitCode: ExitCode, lines: readonly string[], options?: ErrorOptions) {
    super(lines.join('\n'), options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** What was asked about is not right: a mapping, a person, a line. */
export const REFUSED = 1;
/** The command could not be carried out: wrong usage, or something that can't be found, read or reached. */
export const NOT_DONE = 2;

export type ExitCode = typeof REFUSED | typeof NOT_DONE;
