import type { StatementSync } from 'node:sqlite';
import { afterAll, describe, expect, test } from '@jest/globals';
import { prepareExistingPeople } from '#scim-service/persistence/sqlite/existing-people-statements.ts';
import { prepareGroupStatements } from '#scim-service/persistence/sqlite/group-statements.ts';
import { prepareMatchKeys } from '#scim-service/persistence/sqlite/match-key-writer.ts';
import { prepareMembershipReads, prepareMembershipWrites } from '#scim-service/persistence/sqlite/membership-statements.ts';
import { openDatabase } from '#scim-service/persistence/sqlite/open-database.ts';
import { prepareLedger } from '#scim-service/persistence/sqlite/sqlite-deactivation-ledger.ts';
import { prepareRemoval } from '#scim-service/persistence/sqlite/sqlite-tenant-removal.ts';
import { prepareUpkeep } from '#scim-service/persistence/sqlite/sqlite-user-upkeep.ts';
import { prepareUserReads, prepareUserWrites } from '#scim-service/persistence/sqlite/user-statements.ts';

type Statement = Pick<StatementSync, 'sourceSQL'>;
type Statements = { readonly [name: string]: Statement | Statements };

const database = openDatabase(':memory:');
afterAll(() => database.close());

const writes = prepareMembershipWrites(database);
const reads = prepareMembershipReads(database);
const users = prepareUserReads(database);
const existing = prepareExistingPeople(database);
const upkeep = prepareUpkeep(database);
const groups = prepareGroupStatements(database);
const ALL = {
  user: { ...named(prepareUserWrites(database)), ...named(users) },
  group: named(groups),
  members: { ...named(writes), ...named(reads) },
  existing: { ...named(existing), ...named(prepareMatchKeys(database), 'key ') },
  upkeep: named(upkeep),
  ledger: named(prepareLedger(database)),
  removal: named(prepareRemoval(database)),
};

/**
 * Steps that read no table: what sorts the found, reads the list of ids that came as a parameter, reads the page that an
 * inner query found, or names the parts of a query.
 */
const HARMLESS =
  /^(USE TEMP B-TREE|SCAN wanted VIRTUAL TABLE|SCAN json_each VIRTUAL TABLE|SCAN found$|CO-ROUTINE|MATERIALIZE|COMPOUND QUERY|LEFT-MOST SUBQUERY|UNION ALL|LIST SUBQUERY|SCALAR SUBQUERY|SCAN CONSTANT ROW|CREATE BLOOM FILTER)/;

function named(statements: object, prefix = ''): Record<string, Statement> {
  return Object.fromEntries(
    Object.entries(statements as Statements).flatMap(([name, statement]) =>
      'sourceSQL' in statement ? [[prefix + name, statement as Statement]] : Object.entries(named(statement, `${prefix + name} by `)),
    ),
  );
}

function planOf({ sourceSQL }: Statement): string[] {
  const parameters = Object.fromEntries([...sourceSQL.matchAll(/:(\w+)/g)].map(([, name]) => [name!, 1]));
  return database
    .prepare(`EXPLAIN QUERY PLAN ${sourceSQL}`)
    .all(parameters)
    .map(({ detail }) => String(detail));
}

/** What inserts and reads nothing has no plan. */
function isBareInsert(of: string, name: string): boolean {
  return ['insert', 'addEmail', 'key add'].includes(name) || (of === 'existing' && name === 'put');
}

function readsAll(of: string, statement: Statement): boolean {
  // What is removed is all of a tenant's, some at a time.
  return of === 'removal' || statement === users.page.all || statement === groups.page.all;
}

describe('the statements of the SQLite store', () => {
  const statements = Object.entries(ALL).flatMap(([of, some]) =>
    Object.entries(some).map(([name, statement]) => [of, name, statement] as const),
  );

  test('are all looked at', () => {
    expect(statements.length).toBeGreaterThan(50);
  });

  test.each(statements.filter(([of, name]) => !isBareInsert(of, name)))(
    'search an index and read no whole table for %s %s',
    (of, _, statement) => {
      const plan = planOf(statement);
      expect(plan.length).toBeGreaterThan(0);
      expect(plan.filter((step) => !step.startsWith('SEARCH') && !HARMLESS.test(step))).toEqual([]);
      // A search by the tenant alone reads all that the tenant has.
      expect(
        plan.filter((step) => step.endsWith('(tenant=?)') && !readsAll(of, statement) && !/ (tenant_counts|deactivations) /.test(step)),
      ).toEqual([]);
    },
  );

  test.each([
    ['a page of all users', users.page.all],
    ['a page of users by externalId', users.page.externalId],
    ['all users after a place', users.allAfter],
    ['a page of all groups', groups.page.all],
    ['a page of groups by externalId', groups.page.externalId],
    ['all groups after a place', groups.after.all],
    ['members after an id', reads.membersAfter],
    ['people by a key', existing.byKey],
    ['people who are long retired', upkeep.retiredBefore],
  ])('take the order of %s from the index', (_, statement) => {
    expect(planOf(statement).filter((step) => step.startsWith('USE TEMP'))).toEqual([]);
  });

  test.each([
    ['all users after a place', users.allAfter, 'tenant=? AND (created_at,id)>(?,?)'],
    ['all groups after a place', groups.after.all, 'tenant=? AND (created_at,id)>(?,?)'],
    ['members after an id', reads.membersAfter, 'member_id>?'],
    ['one member to drop', writes.drop, 'tenant=? AND group_id=? AND member_id=?'],
    ['the groups of a member', reads.groupsOf, 'tenant=? AND member_id=?'],
    ['people by a key', existing.byKey, 'tenant=? AND match_key=?'],
    ['memberships to remove', ALL.removal['dropMemberships']!, 'tenant=? AND group_id=? AND member_id=?'],
    ['people of a lower projection', upkeep.outdated, 'tenant=? AND projection<?'],
    ['people of a higher projection', upkeep.outdated, 'tenant=? AND projection>?'],
    ['how many have a lower projection', upkeep.countOutdated, 'COVERING INDEX users_projection (tenant=? AND projection<?'],
    ['how many have a higher projection', upkeep.countOutdated, 'COVERING INDEX users_projection (tenant=? AND projection>?'],
    ['people who are long retired', upkeep.retiredBefore, 'tenant=? AND deleted_at<?'],
    ['the memberships to hide', writes.hideMember, 'tenant=? AND group_id=? AND member_id=?'],
  ])('begin to read %s at the place itself', (_, statement, range) => {
    expect(planOf(statement).join('\n')).toContain(range);
  });
});
