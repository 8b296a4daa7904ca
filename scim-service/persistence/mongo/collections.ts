import mongoose, { type Connection, type Model } from 'mongoose';
import type { GroupDocument } from './group-document.ts';
import type { MembershipDocument } from './membership-document.ts';
import type { UserDocument } from './user-document.ts';

/**
 * The collections as the driver has them: mongoose would cast and hydrate each document, and drop what it takes for empty.
 * `tenant` stands first in each index but `_id`, so `{ tenant: 1 }` can be the shard key.
 */
export interface Collections {
  readonly users: mongoose.mongo.Collection<UserDocument>;
  readonly groups: mongoose.mongo.Collection<GroupDocument>;
  readonly memberships: mongoose.mongo.Collection<MembershipDocument>;
}

/** Nothing is made or waited for by itself: a collection that isn't connected answers with an error at once. */
const MANUAL = { autoCreate: false, autoIndex: false, bufferCommands: false, versionKey: false } as const;

const { Mixed } = mongoose.Schema.Types;

export function declareCollections(connection: Connection): Collections {
  return {
    users: driverCollection(connection.model<UserDocument>('User', userSchema(), 'users')),
    groups: driverCollection(connection.model<GroupDocument>('Group', groupSchema(), 'groups')),
    memberships: driverCollection(connection.model<MembershipDocument>('Membership', membershipSchema(), 'memberships')),
  };
}

/** Makes the collections and what indexes they lack. */
export async function createIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) await model.createIndexes();
}

function driverCollection<D extends object>(model: Model<D>): mongoose.mongo.Collection<D> {
  return model.collection as unknown as mongoose.mongo.Collection<D>;
}

function userSchema(): mongoose.Schema<UserDocument> {
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
      holds: { type: Number },
    },
    MANUAL,
  );
  schema.index({ tenant: 1, userNameKey: 1 }, { unique: true });
  // `deleted` is part of the key so that what a lookup asks for is all in the index, and a count reads no document.
  schema.index({ tenant: 1, externalId: 1, deleted: 1 });
  schema.index({ tenant: 1, emailKeys: 1, deleted: 1 });
  schema.index({ tenant: 1, deleted: 1, createdAt: 1, _id: 1 });
  schema.index({ tenant: 1, deletedUserNameKey: 1 }, { partialFilterExpression: { deleted: true } });
  return schema;
}

function groupSchema(): mongoose.Schema<GroupDocument> {
  const schema = new mongoose.Schema<GroupDocument>(
    {
      _id: { type: String, required: true },
      tenant: { type: String, required: true },
      version: { type: Number, required: true },
      createdAt: { type: Date, required: true },
      lastModified: { type: Date, required: true },
      displayNameKey: { type: String, required: true },
      externalId: { type: String },
      resource: { type: Mixed, required: true },
      holds: { type: Number },
    },
    MANUAL,
  );
  schema.index({ tenant: 1, displayNameKey: 1 }, { unique: true });
  schema.index({ tenant: 1, externalId: 1 });
  schema.index({ tenant: 1, createdAt: 1, _id: 1 });
  return schema;
}

function membershipSchema(): mongoose.Schema<MembershipDocument> {
  const schema = new mongoose.Schema<MembershipDocument>(
    {
      tenant: { type: String, required: true },
      group: { type: String, required: true },
      member: { type: String, required: true },
      type: { type: String, required: true },
      visible: { type: Boolean, required: true },
    },
    MANUAL,
  );
  schema.index({ tenant: 1, group: 1, member: 1 }, { unique: true });
  // Members of a group in the order of their ids, and groups of a member: all that is asked for is in the index.
  schema.index({ tenant: 1, group: 1, visible: 1, member: 1, type: 1 });
  schema.index({ tenant: 1, member: 1, visible: 1, group: 1 });
  return schema;
}
