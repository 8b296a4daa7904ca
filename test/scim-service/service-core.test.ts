import { openSqliteUserStore } from '#scim-service/persistence/sqlite/sqlite-user-store.ts';
import { describeScimUsers } from '#test/contracts/scim-users-contract.ts';

describeScimUsers('SQLite', async () => openSqliteUserStore({ file: ':memory:' }));
