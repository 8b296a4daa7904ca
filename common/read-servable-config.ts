import { z } from 'zod';
import { knowsFeature, TENANT_CONFIG_VERSION, tenantConfigSchema, type ConfigFeatures, type TenantConfig } from './tenant-config.ts';

/** A stored config that this version can't serve; the message is the reason, without any value of the config. */
export class UnservableConfigError extends Error {
  readonly code = 'unservable_config';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnservableConfigError';
  }
}

/** What is looked at before the rest, which may be of a shape that only a later version knows. */
const headSchema = z.object({ version: z.unknown(), requires: z.array(z.string()).default([]) });

/** Problems and names that are told; of more there is nothing more to learn. */
const MOST_TOLD = 3;

/**
 * Reads a stored config that shall be served. Unknown fields are ignored, unless the config requires that they are known.
 * @param features those that are known; this version's unless told otherwise
 * @throws UnservableConfigError when it is of another version, requires a feature that is not known, or can't be read
 */
export function readServableConfig(text: string, features?: ConfigFeatures): TenantConfig {
  const stored = readJson(text);
  const { version, requires } = parse(headSchema, stored);
  if (version !== TENANT_CONFIG_VERSION) {
    const named = typeof version === 'number' ? `version ${version}` : 'no version';
    throw new UnservableConfigError(`it is of ${named} of the format, and this pod knows version ${TENANT_CONFIG_VERSION}`);
  }
  const unknown = requires.filter((name) => !knowsFeature(name, features));
  if (unknown.length > 0) {
    const names = listed(unknown.map((name) => JSON.stringify(name.slice(0, 60))));
    throw new UnservableConfigError(`it requires ${names}, which this pod does not know`);
  }
  return parse(tenantConfigSchema, stored);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The error of JSON.parse quotes the text.
    throw new UnservableConfigError('it is not JSON', { cause: error });
  }
}

function parse<Schema extends z.ZodType>(schema: Schema, stored: unknown): z.output<Schema> {
  const result = schema.safeParse(stored);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.length === 0 ? 'config' : path.join('.')}: ${message}`);
  throw new UnservableConfigError(`it can't be read: ${listed(problems)}`, { cause: result.error });
}

function listed(entries: readonly string[]): string {
  const rest = entries.length - MOST_TOLD;
  return entries.slice(0, MOST_TOLD).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
