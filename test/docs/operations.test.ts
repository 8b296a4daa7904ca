import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { codeOf, sectionOf, tableRows } from '../support/markdown.ts';

const OPERATIONS = readFileSync('docs/operations.md', 'utf8');

test('what is state names each collection of MongoDB, and no other', () => {
  const declared = readFileSync('scim-service/persistence/mongo/collections.ts', 'utf8');
  const collections = [...declared.matchAll(/connection\.model<\w+>\('\w+', \w+\(\), '(\w+)'\)/g)].map((match) => match[1]!);
  const told = tableRows(sectionOf(OPERATIONS, "### What is state, and what isn't"))
    .filter(([, where]) => where === 'MongoDB')
    .map(([name = '']) => codeOf(name)[0]!);
  expect(told.toSorted()).toEqual(collections.toSorted());
  expect(collections.length).toBeGreaterThan(4);
});

test('the list at the top leads to every section', () => {
  const [top = ''] = OPERATIONS.split('\n## ');
  const sections = [...OPERATIONS.matchAll(/^## (.+)$/gm)].map((match) => match[1]!);
  for (const section of sections) expect(top).toContain(`[${section}](#`);
});
