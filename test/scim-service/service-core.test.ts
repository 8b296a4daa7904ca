import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { describeClientCycles } from '#test/contracts/client-cycles-contract.ts';
import { describeScimService } from '#test/contracts/scim-service-contract.ts';

const open = async () => openSqliteStore({ file: ':memory:' });

describeScimService('SQLite', open);
describeClientCycles('SQLite', open);
