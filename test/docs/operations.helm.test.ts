import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { EXAMPLES, exampleValues, LEAST, renderChart, type Manifest } from '../support/chart.ts';

const OPERATIONS = readFileSync('docs/operations.md', 'utf8');

/** Cells of a table's rows, by the heading that it follows. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = OPERATIONS.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function permissionsOf(manifests: readonly Manifest[]): readonly string[] {
  const roles = manifests.filter(({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && !/-(view|edit)$/.test(metadata.name));
  return roles.flatMap(({ metadata, ...role }) =>
    (role['rules'] as { resources: string[]; verbs: string[] }[]).flatMap(({ resources, verbs }) =>
      verbs.map((verb) => `${metadata.name.replace(/^.*:/, '')} ${resources[0]} ${verb}`),
    ),
  );
}

test('the table of permissions has each that the chart grants, and no other', async () => {
  const granted = new Set<string>();
  const namespaced = [...LEAST, '--set', 'watchNamespaces={team-hr}'];
  for (const args of [LEAST, namespaced]) for (const permission of permissionsOf(await renderChart(args))) granted.add(permission);
  const rows = rowsBelow('Permissions').filter(([role]) => /^`scim-.*`$/.test(role ?? ''));
  const told = rows.flatMap(([role = '', , resource = '', verbs = '']) =>
    verbs.split(', ').map((verb) => `${role} ${resource} ${verb}`.replaceAll('`', '')),
  );
  expect(told.toSorted()).toEqual([...granted].toSorted());
});

test('the table of values files has each that is shipped', () => {
  const told = rowsBelow('Install').map(([file = '']) => file.replaceAll('`', ''));
  expect(told.toSorted()).toEqual(EXAMPLES.toSorted());
});

test('each shipped file begins with what it is for and the command that uses it', () => {
  for (const name of EXAMPLES) {
    const [first, ...others] = readFileSync(exampleValues(name)[1] ?? '', 'utf8').split('\n');
    expect(first).toMatch(/^# [A-Z]/);
    expect(others.slice(0, 2).join('\n')).toContain(`-f helm/scim-operator/examples/${name}.yaml`);
  }
});
