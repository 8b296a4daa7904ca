import type { Logger } from '#common/logger.ts';
import type { ScimStore } from '../../provisioning/scim-store.ts';
import { openMongoUserStore, type OnOperation } from './mongo-user-store.ts';

export interface MongoStore extends ScimStore, AsyncDisposable {
  readonly connected: Promise<void>;
}

/** People in MongoDB; groups are refused, since this store keeps none yet. */
export async function openMongoStore(options: {
  readonly uri: string;
  readonly logger: Logger;
  readonly onOperation?: OnOperation;
}): Promise<MongoStore> {
  const users = await openMongoUserStore(options);
  const refuse = async (): Promise<never> => {
    throw new Error('this store keeps no groups yet');
  };
  return {
    users,
    groups: {
      insert: refuse,
      replace: refuse,
      changeMembers: refuse,
      remove: refuse,
      findById: async () => null,
      find: async () => ({ totalResults: 0, groups: [] }),
      async *scan() {},
      count: async () => 0,
    },
    memberships: { members: async () => [], groupsOf: async () => [], typesOf: refuse },
    connected: users.connected,
    ping: () => users.ping(),
    [Symbol.asyncDispose]: () => users[Symbol.asyncDispose](),
  };
}
