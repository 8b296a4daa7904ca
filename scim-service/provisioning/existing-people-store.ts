import type { TenantKey } from '#common/tenant-key.ts';
import type { PersonRecord, StoredUser } from '../domain/stored-user.ts';

/** Somebody whom the product had before the directory came: a record of the product and no SCIM resource. */
export interface UnlinkedPerson {
  /** Becomes the SCIM id. */
  readonly id: string;
  readonly person: PersonRecord;
}

/** Somebody whom a directory may bring (back) instead of making a new person. */
export type ExistingPerson =
  | ({ readonly kind: 'unlinked' } & UnlinkedPerson)
  /** DELETE hid them. */
  | { readonly kind: 'retired'; readonly user: StoredUser };

/**
 * People who are there and whom SCIM doesn't see: no method of UserStore or UserSearch finds an unlinked person, and a
 * retired one only `findRetiredByUserName`. See ScimStore for what every method promises.
 */
export interface ExistingPeopleStore {
  /** Those whose record has this key (matchKeys), in the order of their ids, at most `limit`. */
  findByKey(tenant: TenantKey, key: string, limit: number): Promise<readonly ExistingPerson[]>;
  /**
   * Puts `user`, whose `deletedAt` is null, in the place of the unlinked person of the same tenant and id, if that one's
   * record is `expected` still.
   * @returns false when it isn't, or nobody unlinked has that id; then nothing was written @throws UserNameTakenError
   */
  adopt(user: StoredUser, expected: PersonRecord): Promise<boolean>;
  /**
   * Adds an unlinked person, or replaces the record of the one with this id.
   * @returns `linked`, and nothing was written, when the id is of somebody else: a person of SCIM, visible or retired, or of
   * another tenant
   */
  put(tenant: TenantKey, person: UnlinkedPerson): Promise<'created' | 'changed' | 'unchanged' | 'linked'>;
}
