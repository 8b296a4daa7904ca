import { pino, type Logger } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** JSON lines on standard output. A message is a constant; what varies goes into fields. */
export function createLogger(options: { readonly program: string; readonly level: LogLevel }): Logger {
  return pino({
    level: options.level,
    base: { program: options.program },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    // Belt and braces: no code logs a header or a token on purpose.
    redact: ['*.authorization', '*.token', 'authorization', 'token'],
  });
}
