import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { describeSearch } from '#test/contracts/search-contract.ts';
import { aLog } from '#test/support/a-log.ts';
import { startMongoServer } from '#test/support/mongo-server.ts';

describeSearch(
  'MongoDB',
  async () => {
    const stack = new AsyncDisposableStack();
    const server = stack.use(await startMongoServer());
    const store = stack.use(await openMongoStore({ uri: server.uri, logger: aLog().logger }));
    await store.connected;
    return { store, close: () => stack.disposeAsync() };
  },
  { numRuns: 60 },
);
