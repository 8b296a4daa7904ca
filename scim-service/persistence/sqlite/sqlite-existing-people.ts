import type { DatabaseSync } from 'node:sqlite';
import type { TenantKey } from '#common/tenant-key.ts';
import { sameJson } from '../../domain/same-json.ts';
import type { PersonRecord, StoredUser } from '../../domain/stored-user.ts';
import type { ExistingPeopleStore, ExistingPerson, UnlinkedPerson } from '../../provisioning/existing-people-store.ts';
import { UserNameTakenError } from '../../provisioning/user-store.ts';
import { prepareExistingPeople, type ExistingPeopleStatements } from './existing-people-statements.ts';
import { MatchKeyWriter } from './match-key-writer.ts';
import type { SqliteSession } from './sqlite-session.ts';
import { parseRecord } from './user-row.ts';
import { UserWriter } from './user-writer.ts';

export class SqliteExistingPeople implements ExistingPeopleStore {
  readonly #session: SqliteSession;
  readonly #statements: ExistingPeopleStatements;
  readonly #matchKeys: MatchKeyWriter;
  readonly #writer: UserWriter;

  constructor(database: DatabaseSync, session: SqliteSession) {
    this.#session = session;
    this.#statements = prepareExistingPeople(database);
    this.#matchKeys = new MatchKeyWriter(database);
    this.#writer = new UserWriter(database);
  }

  async findByKey(tenant: TenantKey, key: string, limit: number): Promise<readonly ExistingPerson[]> {
    return this.#session.read('findByKey', () =>
      this.#statements.byKey.all({ tenant, key, limit }).flatMap(({ id, person }): ExistingPerson[] => {
        if (person !== null) return [{ kind: 'unlinked', id: String(id), person: parseRecord(person) }];
        // Null when another process wrote between the two statements.
        const user = this.#statements.retired.first({ tenant, id: String(id) });
        return user === null ? [] : [{ kind: 'retired', user }];
      }),
    );
  }

  async adopt(user: StoredUser, expected: PersonRecord): Promise<boolean> {
    const { tenant, id } = user;
    const adopt = (): boolean => {
      const stored = this.#statements.unlinked.get({ id });
      if (stored?.['tenant'] !== tenant || !sameJson(parseRecord(stored['person']), expected)) return false;
      this.#statements.drop.run({ id });
      this.#matchKeys.drop(id);
      this.#writer.insert(user);
      return true;
    };
    return this.#session.write('adopt', adopt, () => new UserNameTakenError(user.resource.userName));
  }

  async put(tenant: TenantKey, { id, person }: UnlinkedPerson): Promise<'created' | 'changed' | 'unchanged' | 'linked'> {
    return this.#session.write('putExisting', () => {
      const stored = this.#statements.unlinked.get({ id });
      if (stored === undefined) {
        if (this.#statements.linked.get({ id }) !== undefined) return 'linked';
      } else {
        if (stored['tenant'] !== tenant) return 'linked';
        if (sameJson(parseRecord(stored['person']), person)) return 'unchanged';
      }
      this.#statements.put.run({ id, tenant, person: JSON.stringify(person) });
      this.#matchKeys.set({ tenant, id, person });
      return stored === undefined ? 'created' : 'changed';
    });
  }
}
