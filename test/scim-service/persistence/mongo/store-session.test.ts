import { expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import type { StoreConnection } from '#scim-service/persistence/mongo/store-connection.ts';
import { StoreSession } from '#scim-service/persistence/mongo/store-session.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';

const CONNECTED = { requireConnected: () => undefined } as unknown as StoreConnection;

function coded(code: string): Error {
  return Object.assign(new Error('This socket has been ended by the other party'), { code });
}

test.each<[string, Error, boolean]>([
  ['an error of the driver', new mongoose.mongo.MongoNetworkError('connection closed'), true],
  ['an error of mongoose', new mongoose.Error('not connected'), true],
  // Seen when the server was cut off while a command was being written.
  ['an error of a socket that the driver passes on', coded('EPIPE'), true],
  ['an error of a program', new TypeError('x is not a function'), false],
  ['an error of anything else with a code', coded('ENOENT'), false],
])('%s', async (_, error, isUnavailable) => {
  const session = new StoreSession(CONNECTED, () => undefined);
  const failing = session.run('findUser', () => Promise.reject(error));
  if (isUnavailable) await expect(failing).rejects.toMatchObject({ name: StoreUnavailableError.name, cause: error });
  else await expect(failing).rejects.toBe(error);
});
