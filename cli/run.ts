import { CliError, NOT_DONE } from './cli-error.ts';
import { readCommandLine, type CommandLine, type OptionShape } from './command-line.ts';
import { importPeople } from './commands/import-people.ts';
import { showMapping } from './commands/show-mapping.ts';
import { testPerson } from './commands/test-person.ts';
import { HELP, IMPORT_HELP, SHOW_HELP, TEST_HELP } from './help.ts';
import { plainTerminal, type Terminal } from './terminal.ts';
import { causesOf, messageOf } from './thrown.ts';

interface Command {
  readonly options: OptionShape;
  readonly help: string;
  /** @returns the exit code */
  readonly run: (line: CommandLine, terminal: Terminal) => Promise<number>;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['show', { options: { file: 'string', json: 'boolean', help: 'boolean' }, help: SHOW_HELP, run: showMapping }],
  ['test', { options: { file: 'string', sample: 'string', json: 'boolean', help: 'boolean' }, help: TEST_HELP, run: testPerson }],
  ['import', { options: { file: 'string', 'dry-run': 'boolean', help: 'boolean' }, help: IMPORT_HELP, run: importPeople }],
]);

/**
 * Runs one command line. Results go to standard output, problems to standard error; nothing is thrown.
 * @param args what follows `npm run -s tenant --`
 * @returns the exit code: 0, or one of cli-error.ts
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const plain = plainTerminal(terminal);
  try {
    return await dispatch(args, plain);
  } catch (error) {
    const message = messageOf(error);
    plain.err(`tenant: ${message}\n`);
    if (error instanceof CliError) return error.exitCode;
    for (const cause of causesOf(error)) if (!message.includes(cause)) plain.err(`  ${cause}\n`);
    return NOT_DONE;
  }
}

async function dispatch([name, ...args]: readonly string[], terminal: Terminal): Promise<number> {
  if (name === undefined || name === '--help' || name === 'help') {
    if (name !== undefined) terminal.out(HELP);
    else terminal.err(HELP);
    return name === undefined ? NOT_DONE : 0;
  }
  const command = COMMANDS.get(name);
  if (!command) {
    const known = [...COMMANDS.keys()].join(', ');
    throw new CliError(NOT_DONE, [`${JSON.stringify(name)} is no command; there are ${known}`, 'see: npm run -s tenant -- --help']);
  }
  const line = readCommandLine(name, args, command.options);
  if (line.flags.has('help')) {
    terminal.out(command.help);
    return 0;
  }
  return command.run(line, terminal);
}
