import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from './duration.ts';

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

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Parses the variables that `shape` names; an empty variable counts as unset, and variables beside them are ignored.
 * @param rulesBetween problems of variables that must fit each other; it gets the texts of those that are set
 * @throws EnvironmentError that lists all problems
 */
export function parseEnvironment<Shape extends z.ZodRawShape>(
  shape: Shape,
  environment: Environment,
  rulesBetween: (set: Environment) => readonly string[] = () => [],
): z.infer<z.ZodObject<Shape>> {
  const set: Environment = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const result = z.object(shape).safeParse(set);
  const between = rulesBetween(set);
  if (result.success && between.length === 0) return result.data;
  const issues = result.error?.issues ?? [];
  throw new EnvironmentError([...issues.map((issue) => problemOf(issue, shape, set)), ...between]);
}

function problemOf({ path, message }: z.core.$ZodIssue, shape: z.ZodRawShape, set: Environment): string {
  const variable = String(path[0]);
  if (Object.hasOwn(set, variable)) return `${variable}: ${message}`;
  // What is said of an empty text is what would be accepted.
  const ofEmpty = shape[variable] && z.safeParse(shape[variable], '').error?.issues[0]?.message;
  return `${variable} is not set: ${ofEmpty ?? message}`;
}

/** Error of a schema: the value, cut, and what would be accepted. Not for a variable that may hold a password. */
function insteadOf(accepted: string) {
  return ({ input }: { readonly input?: unknown }): string =>
    typeof input === 'string' && input !== '' ? `${JSON.stringify(input.slice(0, 100))} is not usable; ${accepted}` : accepted;
}

/** TCP port; 0 takes a free one. */
export function portVariable() {
  const error = insteadOf('write a port from 0 to 65535');
  return z
    .string()
    .refine((text) => /^[0-9]{1,5}$/.test(text) && Number(text) <= 65_535, { error })
    .transform(Number);
}

/** Duration as a ScimTenant has it, in milliseconds; at most ten years. */
export function durationVariable() {
  const error = insteadOf('write a duration of at most 87600h such as 10m or 1h30m');
  return z
    .string()
    .refine((text) => DURATION_PATTERN.test(text) && parseDuration(text) <= parseDuration('87600h'), { error })
    .transform(parseDuration);
}

/** `true` or `false`; a mistyped one is an error, not "unset". */
export function booleanVariable() {
  return z.enum(['true', 'false'], { error: insteadOf('write true or false') }).transform((text) => text === 'true');
}

/** One of the given words. */
export function choiceVariable<const Choice extends string>(choices: readonly Choice[]) {
  return z.enum(choices, { error: insteadOf(`write one of ${choices.join(', ')}`) });
}

/** Absolute URL of one of the given protocols, without a trailing slash. A wrong one is told without its value, which may hold a password. */
export function urlVariable(protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)),
      `write an absolute URL that starts with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    )
    .transform((text) => text.replace(/\/+$/, ''));
}

/** Name of a namespace or a Service (RFC 1123 label). */
export function kubernetesNameVariable() {
  const error = insteadOf('write a name of at most 63 lower-case letters, digits and dashes, such as team-hr');
  return z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error });
}

/** Name of a Secret (RFC 1123 subdomain). */
export function secretNameVariable() {
  const error = insteadOf('write a name of at most 253 lower-case letters, digits, dashes and dots, such as acme-scim-token');
  return z.string().regex(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, { error });
}

/** Comma-separated list of at least one entry; spaces around entries are dropped. */
export function listVariable<Entry extends z.ZodType<string, string>>(entry: Entry) {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(entry).min(1, 'write at least one entry, or unset it'));
}
