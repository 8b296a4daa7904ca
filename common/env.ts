import { z } from 'zod';

/** Every problem of the environment at once, one line each, naming its variable. */
export class EnvironmentError extends Error {
  readonly code = 'invalid_environment';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'EnvironmentError';
    this.problems = problems;
  }
}

/**
 * Parses the variables that `shape` names; an empty variable counts as unset, and variables beside them are ignored.
 * @throws EnvironmentError that lists all problems
 */
export function parseEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<z.ZodObject<Shape>> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const result = z.object(shape).safeParse(set);
  if (result.success) return result.data;
  throw new EnvironmentError(
    result.error.issues.map((issue) => {
      const variable = issue.path.join('.');
      const isSet = Object.hasOwn(set, variable);
      return isSet ? `${variable}: ${issue.message}` : `${variable} is not set: ${issue.message}`;
    }),
  );
}

/** TCP port; 0 takes a free one. */
export function portVariable() {
  return z
    .string()
    .regex(/^[0-9]{1,5}$/, 'write a port from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'write a port from 0 to 65535');
}

/** `true` or `false`; a mistyped one is an error, not "unset". */
export function booleanVariable() {
  return z.enum(['true', 'false'], { error: 'write true or false' }).transform((text) => text === 'true');
}

/** Absolute URL of one of the given protocols, without a trailing slash. */
export function urlVariable(protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)),
      `write an absolute URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    )
    .transform((text) => text.replace(/\/+$/, ''));
}

/** Comma-separated list; spaces around entries are dropped. */
export function listVariable() {
  return z.string().transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );
}
