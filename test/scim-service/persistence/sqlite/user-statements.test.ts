import { afterAll, describe, expect, test } from '@jest/globals';
import { openDatabase } from '#scim-service/persistence/sqlite/open-database.ts';
import { prepareStatements } from '#scim-service/persistence/sqlite/user-statements.ts';

describe('the statements of the SQLite store', () => {
  const database = openDatabase(':memory:');
  afterAll(() => database.close());
  const { page, total, replace, remove, dropEmails, lastDeleted } = prepareStatements(database);
  const plans = [
    ...Object.entries(page).map(([by, { sourceSQL }]) => [`a page by ${by}`, planOf(sourceSQL)] as const),
    ...Object.entries(total).map(([by, { sourceSQL }]) => [`the total by ${by}`, planOf(sourceSQL)] as const),
    ...Object.entries({ replace, remove, dropEmails, lastDeleted }).map(([name, { sourceSQL }]) => [name, planOf(sourceSQL)] as const),
  ];

  function planOf(sql: string): string[] {
    const parameters = Object.fromEntries([...sql.matchAll(/:(\w+)/g)].map(([, name]) => [name!, 1]));
    return database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(parameters)
      .map(({ detail }) => String(detail));
  }

  test.each(plans)('search an index and read no whole table for %s', (_, plan) => {
    expect(plan.length).toBeGreaterThan(0);
    expect(plan.filter((step) => !step.startsWith('SEARCH') && !step.startsWith('USE TEMP B-TREE'))).toEqual([]);
  });

  test.each(['all', 'externalId'] as const)('take the order of a page by %s from the index', (by) => {
    expect(planOf(page[by].sourceSQL).filter((step) => step.startsWith('USE TEMP'))).toEqual([]);
  });
});
