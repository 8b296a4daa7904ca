import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { operatorVariables, readOperatorConfig } from '#operator/config.ts';
import { readScimServiceConfig, scimServiceVariables } from '#scim-service/config.ts';
import { readStandaloneConfig, standaloneVariables } from '#standalone/config.ts';
import { codeOf, sectionOf, tableRows } from '../support/markdown.ts';

const REFERENCE = readFileSync('docs/reference.md', 'utf8');
const README = readFileSync('README.md', 'utf8');
const HOSTNAME = 'host-a';

type Environment = Readonly<Record<string, string>>;

interface Program {
  readonly heading: string;
  readonly variables: Readonly<Record<string, z.ZodType>>;
  readonly read: (environment: Environment) => unknown;
  /** Required ones. */
  readonly least: Environment;
  /** As README.md calls it. */
  readonly readme: string;
  /** Folder of the chart's templates. */
  readonly templates: string | null;
}

const PROGRAMS: readonly Program[] = [
  {
    heading: '### Operator',
    variables: operatorVariables(HOSTNAME),
    read: (environment) => readOperatorConfig(environment, HOSTNAME),
    least: { EXTERNAL_URL: 'https://scim.example.com' },
    readme: '**Operator**',
    templates: 'operator',
  },
  {
    heading: '### SCIM service',
    variables: scimServiceVariables(HOSTNAME),
    read: (environment) => readScimServiceConfig(environment, HOSTNAME),
    least: { MONGODB_URI: 'mongodb://db-0.db:27017/scim?replicaSet=rs0' },
    readme: '**SCIM service**',
    templates: 'scim-service',
  },
  {
    heading: '### Standalone mode',
    variables: standaloneVariables(),
    read: readStandaloneConfig,
    least: {},
    readme: '**Standalone**',
    templates: null,
  },
];

const table = (program: Program) => tableRows(sectionOf(REFERENCE, program.heading));
const nameOf = ([first = '']: readonly string[]): string => codeOf(first)[0] ?? '';

const rows = PROGRAMS.flatMap((program) =>
  table(program).map((row) => ({ program, name: nameOf(row), row, where: program.heading.slice(4) })),
);

describe('the tables of variables in docs/reference.md', () => {
  test.each(PROGRAMS)('$heading names each variable, and no other', (program) => {
    expect(table(program).map(nameOf).toSorted()).toEqual(Object.keys(program.variables).toSorted());
    for (const row of table(program)) for (const cell of row) expect(cell).not.toBe('');
  });

  test.each(rows)('$where: $name has its true default', ({ program, name, row }) => {
    const told = row[1]!;
    const unset = z.safeParse(program.variables[name]!, undefined);
    if (told === 'required') {
      expect(unset.success).toBe(false);
    } else if (told === 'none') {
      expect(unset).toMatchObject({ success: true, data: undefined });
    } else {
      const text = told === "the host's name" ? HOSTNAME : codeOf(told)[0]!;
      expect(program.read({ ...program.least, [name]: text })).toEqual(program.read(program.least));
    }
  });

  test.each(rows)('$where: $name takes each form that stands there in full', ({ program, name, row }) => {
    // A duration, a word, a number; what is only the beginning or a pattern is no value.
    const forms = codeOf(row[2]!).filter((form) => /^[A-Za-z0-9]+$/.test(form));
    for (const form of forms) expect([form, z.safeParse(program.variables[name]!, form).success]).toEqual([form, true]);
  });

  test.each(PROGRAMS)('$heading is named whole in README.md', ({ readme, variables }) => {
    const section = README.split(`\n${readme}`)[1]?.split(/\n\*\*|\n## /)[0] ?? '';
    expect(
      tableRows(section)
        .flatMap(([cell = '']) => codeOf(cell))
        .toSorted(),
    ).toEqual(Object.keys(variables).toSorted());
  });
});

describe('values of the chart in these tables', () => {
  const values: unknown = parse(readFileSync('helm/scim-operator/values.yaml', 'utf8'));
  const shared = readFileSync('helm/scim-operator/templates/_pod.tpl', 'utf8');

  test.each(PROGRAMS.filter(({ templates }) => templates !== null))(
    '$heading: each variable that a template sets, and the others by extraEnv',
    (program) => {
      const folder = `helm/scim-operator/templates/${program.templates}`;
      const own = readdirSync(folder).map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
      const set = [shared, ...own].flatMap((text) =>
        [...text.matchAll(/- name: ([A-Z_]+)$|"name" "([A-Z_]+)"/gm)].map((match) => match[1] ?? match[2]!),
      );
      const told = table(program).filter((row) => !row[4]!.includes('extraEnv'));
      expect(told.map(nameOf).toSorted()).toEqual([...new Set(set)].toSorted());
    },
  );

  test('are there', () => {
    const paths = rows.flatMap(({ row }) => codeOf(row[4] ?? ''));
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const value = path.split('.').reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], values);
      expect([path, value === undefined]).toEqual([path, false]);
    }
  });
});
