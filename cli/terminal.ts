/** What a command sees of the world beside files, clusters and stores. */
export interface Terminal {
  /** Standard input. */
  readonly input: AsyncIterable<Uint8Array>;
  /** Standard output. */
  out(text: string): void;
  /** Standard error. */
  err(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where relative paths of the command line begin. */
  readonly folder: string;
  /** From this call on, an interrupt (Ctrl-C) aborts the signal instead of ending the process. */
  interrupted(): AbortSignal;
}

/**
 * The same terminal, to which nobody's text can give orders: control characters are written as in JSON (`\u001b`), so JSON
 * stays JSON.
 */
export function plainTerminal(terminal: Terminal): Terminal {
  return {
    get input() {
      return terminal.input;
    },
    out: (text) => terminal.out(withoutControls(text)),
    err: (text) => terminal.err(withoutControls(text)),
    environment: terminal.environment,
    folder: terminal.folder,
    interrupted: () => terminal.interrupted(),
  };
}

function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
