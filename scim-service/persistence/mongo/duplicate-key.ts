import mongoose from 'mongoose';

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

export function isDuplicateKey(error: unknown): error is mongoose.mongo.MongoServerError {
  return error instanceof mongoose.mongo.MongoServerError && error.code === 11_000;
}
