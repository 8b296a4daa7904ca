import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { parseEnvironment, urlVariable } from '#common/env.ts';
import { CliError, NOT_DONE, REFUSED } from '../cli-error.ts';
import { readTenantArgument, wrongUsage, type CommandLine } from '../command-line.ts';
import { loadTenant } from '../load-tenant.ts';
import { renderTrial } from '../person/render-trial.ts';
import { tryPerson } from '../person/try-person.ts';
import { ENTRA_PERSON } from '../samples/entra-person.ts';
import { OKTA_PERSON } from '../samples/okta-person.ts';
import type { Terminal } from '../terminal.ts';
import { codeOf, messageOf } from '../thrown.ts';

const SAMPLES: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['entra', ENTRA_PERSON],
  ['okta', OKTA_PERSON],
]);

/** `test`: prints what would become of a person, and stores nothing. */
export async function testPerson({ positionals, flags, values }: CommandLine, terminal: Terminal): Promise<number> {
  const [name, path, ...rest] = positionals;
  const key = readTenantArgument('test', name);
  const sample = values.get('sample');
  if (rest.length > 0 || (path === undefined) === (sample === undefined)) {
    throw wrongUsage('test', '"test" takes one person beside the tenant: a JSON file, - for standard input, or --sample entra');
  }
  if (sample !== undefined && !SAMPLES.has(sample)) {
    throw wrongUsage('test', `there is no sample ${JSON.stringify(sample)}; write ${[...SAMPLES.keys()].join(' or ')}`);
  }
  const tenant = await loadTenant(key, values.get('file'), terminal);
  const body = path === undefined ? SAMPLES.get(sample ?? '') : await readPerson(path, terminal);
  const { DOCS_URL: docsUrl = null } = parseEnvironment({ DOCS_URL: urlVariable(['https', 'http']).optional() }, terminal.environment);
  const trial = tryPerson(tenant.model, body, docsUrl);
  const subject = sample === undefined ? 'this person' : `the sample person of ${sample}`;
  terminal.out(flags.has('json') ? `${JSON.stringify({ tenant: key, ...trial }, null, 2)}\n` : renderTrial(trial, key, subject));
  return trial.accepted ? 0 : REFUSED;
}

async function readPerson(path: string, terminal: Terminal): Promise<unknown> {
  const place = path === '-' ? 'standard input' : path;
  try {
    const bytes = path === '-' ? await buffer(terminal.input) : await readFile(resolve(terminal.folder, path));
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new CliError(NOT_DONE, [`${place} is not JSON: ${error.message}`], { cause: error });
    const reason = codeOf(error) ?? messageOf(error);
    const words = { ENOENT: 'there is no such file', ERR_ENCODING_INVALID_ENCODED_DATA: 'it is not UTF-8' }[reason];
    throw new CliError(NOT_DONE, [`${place} can't be read: ${words ?? reason}`], { cause: error });
  }
}
