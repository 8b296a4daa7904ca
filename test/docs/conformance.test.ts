import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const TEST_FOLDER = fileURLToPath(new URL('../', import.meta.url));
const DOCUMENT = readFileSync(fileURLToPath(new URL('../../docs/conformance.md', import.meta.url)), 'utf8');

const rows = DOCUMENT.split('\n')
  .filter((line) => /^\| [0-9]/.test(line))
  .map((line) => line.split('|').slice(1, -1));
const named = [...DOCUMENT.matchAll(/`([a-z0-9/-]+)` "([^"]+)"/g)].map((match) => [match[1]!, match[2]!] as const);

function sourceOf(name: string): string {
  const file = [`${name}.test.ts`, `${name}.ts`, `scim-service/${name}.test.ts`].find((path) => existsSync(`${TEST_FOLDER}${path}`));
  return file === undefined ? '' : readFileSync(`${TEST_FOLDER}${file}`, 'utf8');
}

describe('docs/conformance.md', () => {
  test('has section, level, requirement, way and test in each row', () => {
    expect(rows.length).toBeGreaterThan(90);
    for (const [section, level, requirement, way, shown, ...rest] of rows) {
      expect(rest).toEqual([]);
      expect(section!.trim()).toMatch(/^\d+(\.\d+)*$/);
      expect(level!.trim()).toMatch(/^(MUST|SHOULD)( NOT)?$|^MAY$/);
      for (const cell of [requirement!, way!]) expect(cell.trim()).not.toBe('');
      expect(shown!.trim()).toMatch(/^(—|`[^`]+` "[^"]+"(; `[^`]+` "[^"]+")*)$/);
    }
  });

  test.each(named)('names a test that is there: %s "%s"', (file, title) => {
    // A quote in the source may be escaped.
    expect(sourceOf(file).replaceAll(String.raw`\'`, "'")).toContain(title);
  });
});
