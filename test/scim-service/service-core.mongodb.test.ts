import { afterAll } from '@jest/globals';
import { openMongoUserStore } from '#scim-service/persistence/mongo/mongo-user-store.ts';
import { describeScimUsers } from '#test/contracts/scim-users-contract.ts';
import { aLog } from '#test/support/a-log.ts';
import { startMongoServer } from '#test/support/mongo-server.ts';

const stack = new AsyncDisposableStack();

afterAll(() => stack.disposeAsync());

describeScimUsers('MongoDB', async () => {
  const server = stack.use(await startMongoServer());
  const store = stack.use(await openMongoUserStore({ uri: server.uri, logger: aLog().logger }));
  await store.connected;
  return store;
});
