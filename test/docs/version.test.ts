import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const read = (file: string): string => readFileSync(file, 'utf8');
const { version } = JSON.parse(read('package.json')) as { version: string };

test('the lock file is of the version of the package', () => {
  const lock = JSON.parse(read('package-lock.json')) as { version: string; packages: Record<string, { version: string }> };
  expect([lock.version, lock.packages['']?.version]).toEqual([version, version]);
});

test.each(['README.md', 'Dockerfile', 'docs/operations.md'])('%s names the image of this version and no other', (file) => {
  const named = [...read(file).matchAll(/(?:scim-operator:|image\.tag=)(\d+\.\d+\.\d+)/g)].map((match) => match[1]);
  expect(named.length).toBeGreaterThan(0);
  expect(new Set(named)).toEqual(new Set([version]));
});
