import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import { userKeys } from '../../domain/user-keys.ts';
import { MatchKeyWriter } from './match-key-writer.ts';
import { toUserRow } from './user-row.ts';
import { prepareUserWrites, type UserWrites } from './user-statements.ts';

/**
 * Writes people together with all that they are found by, within a transaction of the caller's. Memberships are the
 * caller's matter. Each method but `insert` answers false when it wrote nothing, since the stored person is another by now.
 */
export class UserWriter {
  readonly #statements: UserWrites;
  readonly #matchKeys: MatchKeyWriter;

  constructor(database: DatabaseSync) {
    this.#statements = prepareUserWrites(database);
    this.#matchKeys = new MatchKeyWriter(database);
  }

  insert(user: StoredUser): void {
    this.#statements.insert.run(toUserRow(user));
    this.#addEmails(user, userKeys(user.resource).emails);
  }

  replace(user: StoredUser, expectedVersion: number): boolean {
    return this.#update(this.#statements.replace, user, expectedVersion);
  }

  retire(user: StoredUser, expectedVersion: number): boolean {
    const retired = this.#update(this.#statements.retire, user, expectedVersion);
    if (retired) this.#matchKeys.set(user);
    return retired;
  }

  revive(user: StoredUser, expectedVersion: number): boolean {
    const revived = this.#update(this.#statements.revive, user, expectedVersion);
    if (revived) this.#matchKeys.drop(user.id);
    return revived;
  }

  refresh(user: StoredUser): boolean {
    const refreshed = this.#update(this.#statements.refresh, user, user.version);
    if (refreshed && user.deletedAt !== null) this.#matchKeys.set(user);
    return refreshed;
  }

  remove(tenant: TenantKey, id: string, expectedVersion: number): boolean {
    const removed = this.#statements.remove.run({ id, tenant, expected_version: expectedVersion }).changes === 1;
    if (removed) this.#matchKeys.drop(id);
    return removed;
  }

  #update(statement: StatementSync, user: StoredUser, expectedVersion: number): boolean {
    const { changes } = statement.run({ ...toUserRow(user), expected_version: expectedVersion });
    if (changes === 0) return false;
    const { emails } = userKeys(user.resource);
    // What stays is left alone: most writes change no address.
    this.#statements.dropOtherEmails.run({ user_id: user.id, email_keys: JSON.stringify(emails) });
    this.#addEmails(user, emails);
    return true;
  }

  #addEmails({ tenant, id }: StoredUser, emails: readonly string[]): void {
    for (const key of emails) this.#statements.addEmail.run({ tenant, email_key: key, user_id: id });
  }
}
