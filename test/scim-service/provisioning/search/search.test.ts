import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { describeSearch } from '#test/contracts/search-contract.ts';

describeSearch(
  'SQLite',
  async () => {
    const store = openSqliteStore({ file: ':memory:' });
    return { store, close: async () => store[Symbol.dispose]() };
  },
  { numRuns: 200 },
);
