import { createLogger } from '#common/logger.ts';
import { openMongoStore } from '#scim-service/persistence/mongo/mongo-store.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';

/** `sqlite:<file>`, or the URI of a MongoDB-compatible server. */
export type StoreAddress = string;

/** @returns null for a store that isn't SQLite */
export function sqliteFile(address: StoreAddress): string | null {
  return address.startsWith('sqlite:') ? address.slice('sqlite:'.length) : null;
}

/** @param onOperation is told the seconds that each operation of MongoDB took, as the service's metrics are */
export async function openStore(
  address: StoreAddress,
  stack: AsyncDisposableStack,
  onOperation: (operation: string, seconds: number) => void = () => undefined,
): Promise<ScimStore> {
  const file = sqliteFile(address);
  if (file !== null) return stack.use(openSqliteStore({ file }));
  const store = stack.use(await openMongoStore({ uri: address, logger: createLogger({ program: 'bench', level: 'error' }), onOperation }));
  await store.connected;
  return store;
}
