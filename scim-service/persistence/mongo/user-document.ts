import type { TenantKey } from '#common/tenant-key.ts';
import { matchKeys } from '../../domain/match-keys.ts';
import type { PersonRecord, StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';
import { decodeKeys, encodeKeys } from './key-encoding.ts';

/**
 * A person of SCIM in the collection `users`. `tenant`, `externalId`, `active`, `person` and `defaults` are a public contract
 * for the product that reads them; everything else may change. Whom the product had before is an UnlinkedDocument there.
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
  /** Which fields of `person` the template for new people set. It and the next two are missing in documents of before there were any. */
  readonly defaults?: object;
  readonly own?: object;
  readonly projection?: string;
  /** Gone from SCIM. Its own field, since an index can hold it and lookups ask for it; nobody who is unlinked has it. */
  readonly deleted: boolean;
  readonly deletedAt?: Date;
  /** The key that `userNameKey` had. */
  readonly deletedUserNameKey?: string;
  /** Of `person`; of a deleted person only, since nobody is looked for by these who is seen. */
  readonly matchKeys?: readonly string[];
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
    defaults: encodeKeys(user.defaults),
    own: encodeKeys(user.own),
    projection: user.projection,
    deleted: user.deletedAt !== null,
    ...(user.deletedAt ? { deletedAt: user.deletedAt, deletedUserNameKey: keys.userName, matchKeys: matchKeys(user.person) } : {}),
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
    person: decodeKeys(document.person as PersonRecord),
    defaults: decodeKeys((document.defaults ?? {}) as PersonRecord),
    own: decodeKeys((document.own ?? {}) as PersonRecord),
    projection: document.projection ?? '',
    deletedAt: document.deletedAt ?? null,
  };
}
