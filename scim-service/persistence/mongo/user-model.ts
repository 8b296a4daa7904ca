import mongoose, { type Connection, type Model } from 'mongoose';
import type { UserDocument } from './user-document.ts';

export type UserModel = Model<UserDocument>;
export type UserCollection = mongoose.mongo.Collection<UserDocument>;

/**
 * The collection `users` and its indexes. `tenant` stands first in each of them, so `{ tenant: 1 }` can be the shard key.
 * Indexes are made by `createIndexes()` alone; a model that isn't connected answers with an error at once.
 */
export function createUserModel(connection: Connection): UserModel {
  return connection.model<UserDocument>('User', userSchema(), 'users');
}

/** The driver's own collection, for writes: mongoose would cast and hydrate each document, and drop what it takes for empty. */
export function userCollection(users: UserModel): UserCollection {
  return users.collection as unknown as UserCollection;
}

function userSchema(): mongoose.Schema<UserDocument> {
  const { Mixed } = mongoose.Schema.Types;
  const schema = new mongoose.Schema<UserDocument>(
    {
      _id: { type: String, required: true },
      tenant: { type: String, required: true },
      version: { type: Number, required: true },
      createdAt: { type: Date, required: true },
      lastModified: { type: Date, required: true },
      userNameKey: { type: String, required: true },
      externalId: { type: String },
      emailKeys: { type: [String], required: true },
      active: { type: Boolean, required: true },
      person: { type: Mixed, required: true },
      resource: { type: Mixed, required: true },
      deleted: { type: Boolean, required: true },
      deletedAt: { type: Date },
      deletedUserNameKey: { type: String },
    },
    {
      autoCreate: false,
      autoIndex: false,
      bufferCommands: false,
      minimize: false,
      strict: 'throw',
      strictQuery: 'throw',
      versionKey: false,
    },
  );
  schema.index({ tenant: 1, userNameKey: 1 }, { unique: true });
  // `deleted` is part of the key so that what a lookup asks for is all in the index, and a count reads no document.
  schema.index({ tenant: 1, externalId: 1, deleted: 1 });
  schema.index({ tenant: 1, emailKeys: 1, deleted: 1 });
  schema.index({ tenant: 1, deleted: 1, createdAt: 1, _id: 1 });
  schema.index({ tenant: 1, deletedUserNameKey: 1 }, { partialFilterExpression: { deleted: true } });
  return schema;
}
