import { constants } from 'node:fs';
import { open, mkdtemp, rm, stat, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CliError, NOT_DONE } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { codeOf, messageOf } from '../thrown.ts';
import { readLines, type InputLine } from './read-lines.ts';

/** The lines of an import, to be read as often as needed. */
export interface PeopleInput extends AsyncDisposable {
  lines(): AsyncIterable<InputLine>;
}

/**
 * @param path a file, or `-` for standard input
 * @throws CliError when it can't be read
 */
export async function openPeopleInput(path: string, terminal: Terminal): Promise<PeopleInput> {
  if (path === '-') return inputOf(await spool(terminal.input));
  try {
    const file = resolve(terminal.folder, path);
    const stats = await stat(file);
    if (stats.isDirectory()) throw new CliError(NOT_DONE, [`${path} is a folder; name a file with one JSON object on each line`]);
    const handle = await open(file, 'r');
    if (stats.isFile()) return inputOf(handle);
    // A pipe, as of `<(command)`, gives its content once.
    return inputOf(await spool(handle.createReadStream()));
  } catch (error) {
    if (error instanceof CliError) throw error;
    const code = codeOf(error) ?? messageOf(error);
    throw new CliError(NOT_DONE, [`${path}: ${code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`}`], {
      cause: error,
    });
  }
}

function inputOf(handle: FileHandle): PeopleInput {
  return {
    lines: () => readLines(handle.createReadStream({ start: 0, autoClose: false })),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/** Copies a stream to a file that has no name any more: however this process ends, nobody's data is left behind. */
async function spool(input: AsyncIterable<Uint8Array>): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'scim-import-'));
  const file = join(folder, 'people');
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await rm(folder, { recursive: true });
    for await (const chunk of input) await handle.appendFile(chunk);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}
