import { createLogger } from '#common/logger.ts';
import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';

/** `sqlite:<file>`, or the URI of a MongoDB-compatible server. */
export type StoreAddress = string;

export async function openStore(address: StoreAddress, stack: AsyncDisposableStack): Promise<ScimStore> {
  if (address.startsWith('sqlite:')) return stack.use(openSqliteStore({ file: address.slice('sqlite:'.length) }));
  const store = stack.use(await openMongoStore({ uri: address, logger: createLogger({ program: 'bench', level: 'error' }) }));
  await store.connected;
  return store;
}
