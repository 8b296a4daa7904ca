import mongoose, { type Connection, type Model } from 'mongoose';
import type { DeactivationsDocument } from './deactivations-document.ts';
import type { GroupDocument } from './group-document.ts';
import type { LeaseDocument } from './lease-document.ts';
import type { MembershipDocument } from './membership-document.ts';
import type { RemovalDocument } from './removal-document.ts';
import type { PersonDocument } from './unlinked-document.ts';
import type { UserDocument } from './user-document.ts';
import { HAS_DELETED_AT, HAS_USER_NAME } from './user-filters.ts';

/**
 * The collections as the driver has them: mongoose would cast and hydrate each document, and drop what it takes for empty.
 * `tenant` stands first in each index but `_id`, so `{ tenant: 1 }` can be the shard key.
 */
export interface Collections {
  readonly users: mongoose.mongo.Collection<UserDocument>;
  /** The same collection with whom the product put there; `users` is for queries that don't find these. */
  readonly people: mongoose.mongo.Collection<PersonDocument>;
  readonly groups: mongoose.mongo.Collection<GroupDocument>;
  readonly memberships: mongoose.mongo.Collection<MembershipDocument>;
  readonly leases: mongoose.mongo.Collection<LeaseDocument>;
  readonly deactivations: mongoose.mongo.Collection<DeactivationsDocument>;
  readonly removals: mongoose.mongo.Collection<RemovalDocument>;
}

/** Nothing is made or waited for by itself: a collection that isn't connected answers with an error at once. */
const MANUAL = { autoCreate: false, autoIndex: false, bufferCommands: false, versionKey: false } as const;

const { Mixed } = mongoose.Schema.Types;

/** Of an older program, and why they must go. */
const REPLACED_INDEXES = [
  // Unique without being partial: of the people whom the product adds each tenant could have one.
  { collection: 'users', name: 'tenant_1_userNameKey_1' },
] as const;
const INDEX_NOT_FOUND = 27;

export function declareCollections(connection: Connection): Collections {
  const users = connection.model<UserDocument>('User', userSchema(), 'users');
  return {
    users: driverCollection(users),
    people: users.collection as unknown as mongoose.mongo.Collection<PersonDocument>,
    groups: driverCollection(connection.model<GroupDocument>('Group', groupSchema(), 'groups')),
    memberships: driverCollection(connection.model<MembershipDocument>('Membership', membershipSchema(), 'memberships')),
    leases: driverCollection(connection.model<LeaseDocument>('Lease', leaseSchema(), 'leases')),
    deactivations: driverCollection(connection.model<DeactivationsDocument>('Deactivations', deactivationsSchema(), 'deactivations')),
    removals: driverCollection(connection.model<RemovalDocument>('Removal', removalSchema(), 'removals')),
  };
}

/**
 * Makes the collections and what indexes they lack, and after that drops what took their place before; several may do so at
 * the same time.
 */
export async function createIndexes(connection: Connection): Promise<void> {
  for (const model of Object.values(connection.models)) await model.createIndexes();
  for (const { collection, name } of REPLACED_INDEXES) {
    try {
      await connection.collection(collection).dropIndex(name);
    } catch (error) {
      if (!(error instanceof mongoose.mongo.MongoServerError && error.code === INDEX_NOT_FOUND)) throw error;
    }
  }
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
      defaults: { type: Mixed },
      own: { type: Mixed },
      projection: { type: String },
      deleted: { type: Boolean, required: true },
      deletedAt: { type: Date },
      deletedUserNameKey: { type: String },
      matchKeys: { type: [String] },
      holds: { type: Number },
    },
    MANUAL,
  );
  // Descending, since a server may refuse a second index of the same fields in the same order, and there may be one still.
  schema.index({ tenant: 1, userNameKey: -1 }, { unique: true, partialFilterExpression: HAS_USER_NAME });
  // `deleted` is part of the key so that what a lookup asks for is all in the index, and a count reads no document.
  schema.index({ tenant: 1, externalId: 1, deleted: 1 });
  schema.index({ tenant: 1, emailKeys: 1, deleted: 1 });
  schema.index({ tenant: 1, deleted: 1, createdAt: 1, _id: 1 });
  schema.index({ tenant: 1, deletedUserNameKey: 1 }, { partialFilterExpression: { deleted: true } });
  schema.index({ tenant: 1, deletedAt: 1 }, { partialFilterExpression: HAS_DELETED_AT });
  schema.index({ tenant: 1, projection: 1, deleted: 1 });
  // Not partial, since who lacks keys is looked for as well.
  schema.index({ tenant: 1, matchKeys: 1, deleted: 1, _id: 1 });
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

function leaseSchema(): mongoose.Schema<LeaseDocument> {
  return new mongoose.Schema<LeaseDocument>(
    {
      _id: { type: String, required: true },
      holder: { type: String, required: true },
      rank: { type: Number, required: true },
      until: { type: Date, required: true },
    },
    MANUAL,
  );
}

function deactivationsSchema(): mongoose.Schema<DeactivationsDocument> {
  return new mongoose.Schema<DeactivationsDocument>(
    {
      _id: { type: String, required: true },
      version: { type: Number, required: true },
      counts: { type: Mixed, required: true },
    },
    MANUAL,
  );
}

function removalSchema(): mongoose.Schema<RemovalDocument> {
  return new mongoose.Schema<RemovalDocument>(
    {
      _id: { type: String, required: true },
      tenant: { type: String, required: true },
      startedAt: { type: Date, required: true },
      total: { type: Number, required: true },
      removed: { type: Number, required: true },
      steps: { type: Number },
      finishedAt: { type: Date },
    },
    MANUAL,
  );
}
