import mongoose from 'mongoose';
import type { StoredUser } from '../../domain/stored-user.ts';
import { UserNameTakenError } from '../../provisioning/user-store.ts';

/**
 * Says what a second document with the key of a unique index means.
 * @param taken makes the error; ids are random, so no other key than the name can be the same
 * @returns the error itself when it is another
 */
export function translateDuplicateKey(error: unknown, id: string, taken: () => Error): unknown {
  if (!isDuplicateKey(error)) return error;
  const keyPattern: unknown = error['keyPattern'];
  const isId = typeof keyPattern === 'object' && keyPattern !== null && '_id' in keyPattern;
  return isId ? new Error(`the id ${id} was given twice`, { cause: error }) : taken();
}

/** As translateDuplicateKey, of what writes a person. */
export function translateTakenName(error: unknown, { id, resource }: StoredUser): unknown {
  return translateDuplicateKey(error, id, () => new UserNameTakenError(resource.userName));
}

export function isDuplicateKey(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11_000;
}
