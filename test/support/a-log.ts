import { pino } from 'pino';
import type { Logger } from '#common/logger.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** A logger whose lines are kept, all levels of them. */
export function aLog(): { readonly logger: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const logger = pino(
    { level: 'trace', base: null, timestamp: false, formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => lines.push(JSON.parse(line) as LogLine) },
  );
  return { logger, lines };
}
