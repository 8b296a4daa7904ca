import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';
import { decodeKeys, encodeKeys } from './key-encoding.ts';

/**
 * A person in the collection `users`. `tenant`, `externalId`, `active` and `person` are a public contract for the product
 * that reads them; everything else may change.
 */
export interface UserDocument {
  /** The SCIM id. */
  readonly _id: string;
  readonly tenant: TenantKey;
  readonly version: number;
  readonly createdAt: Date;
  readonly lastModified: Date;
  /** Key of the userName; of a deleted person something that can't be a key, so that the unique index lets others have the name. */
  readonly userNameKey: string;
  readonly externalId?: string;
  readonly emailKeys: readonly string[];
  readonly active: boolean;
  /** Names encoded by `encodeKeys`, as in `resource`. */
  readonly person: object;
  readonly resource: object;
  /** Gone from SCIM. Its own field, since an index can hold it and lookups ask for it. */
  readonly deleted: boolean;
  readonly deletedAt?: Date;
  /** The key that `userNameKey` had. */
  readonly deletedUserNameKey?: string;
  /** Counts up when the person is made a member; see holdMembers. */
  readonly holds?: number;
}

export function toUserDocument(user: StoredUser): UserDocument {
  const keys = userKeys(user.resource);
  return {
    _id: user.id,
    tenant: user.tenant,
    version: user.version,
    createdAt: user.createdAt,
    lastModified: user.lastModified,
    // No key of foldCase holds an upper-case letter.
    userNameKey: user.deletedAt ? `Deleted:${user.id}` : keys.userName,
    ...(keys.externalId === null ? {} : { externalId: keys.externalId }),
    emailKeys: keys.emails,
    active: user.resource.active,
    person: encodeKeys(user.person),
    resource: encodeKeys(user.resource),
    deleted: user.deletedAt !== null,
    ...(user.deletedAt ? { deletedAt: user.deletedAt, deletedUserNameKey: keys.userName } : {}),
  };
}

export function fromUserDocument({ _id: id, ...document }: UserDocument): StoredUser {
  return {
    tenant: document.tenant,
    id,
    version: document.version,
    createdAt: document.createdAt,
    lastModified: document.lastModified,
    resource: decodeKeys(document.resource as StoredUser['resource']),
    person: decodeKeys(document.person as StoredUser['person']),
    deletedAt: document.deletedAt ?? null,
  };
}
