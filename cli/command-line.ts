import { parseArgs } from 'node:util';
import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import { CliError, NOT_DONE } from './cli-error.ts';

/** Options of a command by their long name; `string` takes a value. */
export type OptionShape = Readonly<Record<string, 'boolean' | 'string'>>;

export interface CommandLine {
  readonly positionals: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** @throws CliError that names the option at fault and those that the command takes */
export function readCommandLine(command: string, args: readonly string[], shape: OptionShape): CommandLine {
  const options = Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, { type }]));
  // Not strict: what parseArgs itself says of a mistake doesn't tell what would be accepted.
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const positionals: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const type = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (type === undefined) throw wrongUsage(command, `${rawName} is no option of "${command}", which takes ${listOptions(shape)}`);
    if (flags.has(name) || values.has(name)) throw wrongUsage(command, `${rawName} is given twice`);
    if (type === 'boolean') {
      if (value !== undefined) throw wrongUsage(command, `${rawName} takes no value`);
      flags.add(name);
    } else {
      const looksLikeOption = value?.startsWith('-') && !token.inlineValue;
      if (value === undefined || value === '' || looksLikeOption) throw wrongUsage(command, `${rawName} needs a value`);
      values.set(name, value);
    }
  }
  return { positionals, flags, values };
}

/** @throws CliError unless the text is `<namespace>/<name>` */
export function readTenantArgument(command: string, text: string | undefined): TenantKey {
  if (text === undefined) throw wrongUsage(command, 'name the tenant as <namespace>/<name>, such as team-hr/acme');
  const [namespace = '', name = '', ...rest] = text.split('/');
  const fits = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace) && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) && rest.length === 0;
  if (!fits) throw wrongUsage(command, `${JSON.stringify(text)} names no tenant; write <namespace>/<name>, such as team-hr/acme`);
  return tenantKey({ namespace, name });
}

export function wrongUsage(command: string, problem: string): CliError {
  return new CliError(NOT_DONE, [problem, `see: npm run -s tenant -- ${command} --help`]);
}

function listOptions(shape: OptionShape): string {
  return Object.entries(shape)
    .map(([name, type]) => (type === 'string' ? `--${name} <value>` : `--${name}`))
    .join(', ');
}
