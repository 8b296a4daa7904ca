import type mongoose from 'mongoose';
import { isDuplicateKey } from './duplicate-key.ts';
import { LIMIT } from './store-session.ts';

/** @returns false, and nothing was written, when a unique index has the key of another document; a lost answer may look the same */
export async function insertUnlessTaken<D extends mongoose.mongo.Document>(
  collection: mongoose.mongo.Collection<D>,
  document: mongoose.mongo.OptionalUnlessRequiredId<D>,
): Promise<boolean> {
  try {
    await collection.insertOne(document, LIMIT);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
