import { afterAll } from '@jest/globals';
import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { describeClientCycles } from '#test/contracts/client-cycles-contract.ts';
import { describeScimService } from '#test/contracts/scim-service-contract.ts';
import { aLog } from '#test/support/a-log.ts';
import { startMongoServer } from '#test/support/mongo-server.ts';

const stack = new AsyncDisposableStack();

afterAll(() => stack.disposeAsync());

const open = async () => {
  const server = stack.use(await startMongoServer());
  const store = stack.use(await openMongoStore({ uri: server.uri, logger: aLog().logger }));
  await store.connected;
  return store;
};

describeScimService('MongoDB', open);
describeClientCycles('MongoDB', open);
