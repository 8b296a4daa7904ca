import { describe, expect, test } from '@jest/globals';
import { typeIn } from './a-terminal.ts';

describe('a command line that is not understood ends with code 2 and says what would be', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['another command', ['list'], ['tenant: "list" is no command; there are show, test, import', 'see: npm run -s tenant -- --help']],
    [
      'no tenant',
      ['show'],
      ['tenant: name the tenant as <namespace>/<name>, such as team-hr/acme', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'half of a tenant',
      ['import', 'acme', 'people.ndjson'],
      ['tenant: "acme" names no tenant; write <namespace>/<name>, such as team-hr/acme', 'see: npm run -s tenant -- import --help'],
    ],
    [
      'a path in the place of a tenant',
      ['show', '../../etc/passwd'],
      [
        'tenant: "../../etc/passwd" names no tenant; write <namespace>/<name>, such as team-hr/acme',
        'see: npm run -s tenant -- show --help',
      ],
    ],
    [
      'another option',
      ['show', 'team-hr/acme', '--yaml'],
      ['tenant: --yaml is no option of "show", which takes --file <value>, --json, --help', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'a short option',
      ['test', 'team-hr/acme', '-s', 'okta'],
      [
        'tenant: -s is no option of "test", which takes --file <value>, --sample <value>, --json, --help',
        'see: npm run -s tenant -- test --help',
      ],
    ],
    [
      'an option without its value',
      ['show', 'team-hr/acme', '--file'],
      ['tenant: --file needs a value', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'an option in the place of a value',
      ['show', 'team-hr/acme', '--file', '--json'],
      ['tenant: --file needs a value', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'a value too many',
      ['show', 'team-hr/acme', '--json=yes'],
      ['tenant: --json takes no value', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'an option twice',
      ['show', 'team-hr/acme', '--file=a', '--file=b'],
      ['tenant: --file is given twice', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'two tenants',
      ['show', 'team-hr/acme', 'team-hr/other'],
      ['tenant: "show" takes one tenant and nothing more', 'see: npm run -s tenant -- show --help'],
    ],
    [
      'no person',
      ['test', 'team-hr/acme'],
      [
        'tenant: "test" takes one person beside the tenant: a JSON file, - for standard input, or --sample entra',
        'see: npm run -s tenant -- test --help',
      ],
    ],
    [
      'a file and a sample',
      ['test', 'team-hr/acme', 'person.json', '--sample', 'okta'],
      [
        'tenant: "test" takes one person beside the tenant: a JSON file, - for standard input, or --sample entra',
        'see: npm run -s tenant -- test --help',
      ],
    ],
    [
      'another sample',
      ['test', 'team-hr/acme', '--sample', 'google'],
      ['tenant: there is no sample "google"; write entra or okta', 'see: npm run -s tenant -- test --help'],
    ],
    [
      'no file to import',
      ['import', 'team-hr/acme'],
      [
        'tenant: "import" takes one file beside the tenant: JSON objects, one on each line, or - for standard input',
        'see: npm run -s tenant -- import --help',
      ],
    ],
  ])('%s', async (_, args, lines) => {
    expect(await typeIn(args)).toEqual({ code: 2, out: '', err: `${lines.join('\n')}\n` });
  });
});

describe('help', () => {
  test.each([
    [['--help'], /^What a tenant's mapping makes of people, without a directory\.\n/],
    [['show', '--help'], /^npm run -s tenant -- show <namespace>\/<name> \[--file <path>\] \[--json\]\n/],
    [['test', 'team-hr/acme', '--help'], /^npm run -s tenant -- test .*--sample entra\|okta/],
    [['import', '--help'], /^npm run -s tenant -- import .*\[--dry-run\]\n/],
  ])('%j is an answer', async (args, beginning) => {
    expect(await typeIn(args)).toEqual({ code: 0, out: expect.stringMatching(beginning), err: '' });
  });

  test('comes by itself, as an error, when nothing is asked', async () => {
    const asked = await typeIn(['--help']);
    expect(await typeIn([])).toEqual({ code: 2, out: '', err: asked.out });
  });
});
