import { existsSync } from 'node:fs';
import { createLogger } from '#common/logger.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { readStandaloneConfig } from '#standalone/config.ts';
import { CliError, NOT_DONE } from '../cli-error.ts';
import type { LoadedTenant } from '../load-tenant.ts';
import type { Terminal } from '../terminal.ts';

export interface PeopleStore extends AsyncDisposable {
  readonly store: ScimStore;
}

/** A replica set elects a new primary in 10 to 12 seconds. */
const MONGODB_WAIT_MS = 15_000;

/**
 * Opens the store that the programs use, of the same variables.
 * @throws CliError when it can't be told which, or it doesn't answer; EnvironmentError; Error for a file that can't be a store
 */
export async function openPeopleStore(
  { environment }: Terminal,
  { kind, dryRun }: { readonly kind: LoadedTenant['kind']; readonly dryRun: boolean },
): Promise<PeopleStore> {
  const { store } = readStandaloneConfig(environment);
  if (kind === 'cluster' && !environment['MONGODB_URI'] && !environment['DATA_FILE']) {
    throw new CliError(NOT_DONE, ['MONGODB_URI is not set: the tenant is of a cluster, so name the MongoDB of its SCIM service']);
  }
  return store.kind === 'mongodb' ? openMongodb(store.uri) : openFile(store.file, dryRun);
}

async function openFile(file: string, dryRun: boolean): Promise<PeopleStore> {
  const { openSqliteStore } = await import('#scim-service/persistence/sqlite/sqlite-store.ts');
  // What only looks must not leave an empty store behind.
  const store = openSqliteStore({ file: dryRun && !existsSync(file) ? ':memory:' : file });
  return {
    store,
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
    },
  };
}

async function openMongodb(uri: string): Promise<PeopleStore> {
  const { openMongoStore } = await import('#scim-service/persistence/mongo/mongo-store.ts');
  const store = await openMongoStore({ uri, logger: createLogger({ program: 'tenant', level: 'silent' }) });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new CliError(NOT_DONE, [`MONGODB_URI: no answer within ${MONGODB_WAIT_MS / 1_000} seconds`]));
  }, MONGODB_WAIT_MS);
  try {
    await Promise.race([store.connected, late.promise]);
    return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
