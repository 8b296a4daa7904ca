import type mongoose from 'mongoose';
import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKeys } from '../../domain/match-keys.ts';
import { sameJson } from '../../domain/same-json.ts';
import type { PersonRecord, StoredUser } from '../../domain/stored-user.ts';
import type { ExistingPeopleStore, ExistingPerson, UnlinkedPerson } from '../../provisioning/existing-people-store.ts';
import type { Collections } from './collections.ts';
import { translateTakenName } from './duplicate-key.ts';
import { insertUnlessTaken } from './insert-unless-taken.ts';
import { MissingMatchKeys } from './missing-match-keys.ts';
import { readPerson } from './read-person.ts';
import type { Query } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { isLinked, toUnlinkedDocument, type PersonDocument } from './unlinked-document.ts';
import { fromUserDocument, toUserDocument } from './user-document.ts';
import { existingBy } from './user-filters.ts';

/** How often keys are made anew that don't go with the record, before the people who have them are left out. */
const CORRECTIONS = 2;

/** People in the collection `users` whom SCIM doesn't see: UnlinkedDocument, and UserDocument with `deleted`. */
export class MongoExistingPeople implements ExistingPeopleStore {
  readonly #session: StoreSession;
  readonly #people: Collections['people'];
  readonly #missingKeys: MissingMatchKeys;

  constructor(session: StoreSession, collections: Collections, logger: Logger) {
    this.#session = session;
    this.#people = collections.people;
    this.#missingKeys = new MissingMatchKeys(session, collections, logger);
  }

  async findByKey(tenant: TenantKey, key: string, limit: number): Promise<readonly ExistingPerson[]> {
    // A limit of 0 would be none for MongoDB.
    if (limit === 0) return [];
    for (let corrections = 0; ; corrections += 1) {
      await this.#missingKeys.make(tenant);
      const found = await this.#session.run('findByKey', () => this.#having(tenant, key, limit));
      const wrong = found.filter((person) => person.kind === 'unlinked' && !matchKeys(person.person).includes(key));
      if (wrong.length === 0 || corrections === CORRECTIONS) return found.filter((person) => !wrong.includes(person));
      // The product has changed the record and left the keys. Others whom it changed so can't be found.
      const ids = wrong.map(idOf);
      await this.#session.run('findByKey', () =>
        this.#people.updateMany(unlinked(tenant, { $in: ids }), { $unset: { matchKeys: '' } }, LIMIT),
      );
    }
  }

  adopt(user: StoredUser, expected: PersonRecord): Promise<boolean> {
    return this.#session.run('adopt', async () => {
      try {
        // On one snapshot: it fails, and is begun anew, when the product writes the record meanwhile.
        return await this.#session.transaction(async (session) => {
          const stored = await this.#people.findOne({ _id: user.id }, { ...LIMIT, session });
          const isAsExpected =
            stored !== null && stored.tenant === user.tenant && !isLinked(stored) && sameJson(readPerson(stored.person), expected);
          if (isAsExpected) await this.#people.replaceOne({ _id: user.id }, { ...toUserDocument(user) }, { ...LIMIT, session });
          else await session.abortTransaction();
          return isAsExpected;
        });
      } catch (error) {
        throw translateTakenName(error, user);
      }
    });
  }

  put(tenant: TenantKey, person: UnlinkedPerson): Promise<'created' | 'changed' | 'unchanged' | 'linked'> {
    return this.#session.run('putExisting', async () => {
      const { _id, ...fields } = toUnlinkedDocument(tenant, person);
      // Begins anew when the person came or went meanwhile.
      for (;;) {
        const stored = await this.#people.findOne({ _id }, LIMIT);
        if (stored === null) {
          if (await insertUnlessTaken(this.#people, { _id, ...fields })) return 'created';
          continue;
        }
        if (stored.tenant !== tenant || isLinked(stored)) return 'linked';
        if (sameJson(readPerson(stored.person), person.person)) return 'unchanged';
        if ((await this.#people.updateOne(unlinked(tenant, _id), { $set: fields }, LIMIT)).matchedCount === 1) return 'changed';
      }
    });
  }

  async #having(tenant: TenantKey, key: string, limit: number): Promise<ExistingPerson[]> {
    const queries = Object.values(existingBy(tenant, key)) as mongoose.mongo.Filter<PersonDocument>[];
    const found = await Promise.all(queries.map((query) => this.#people.find(query, { ...LIMIT, sort: { _id: 1 }, limit }).toArray()));
    return found
      .flat()
      .map(toExistingPerson)
      .sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1))
      .slice(0, limit);
  }
}

function unlinked(tenant: TenantKey, id: unknown): mongoose.mongo.Filter<PersonDocument> {
  const query: Query = { _id: id, tenant, deleted: null };
  return query;
}

function toExistingPerson(document: PersonDocument): ExistingPerson {
  if (isLinked(document)) return { kind: 'retired', user: fromUserDocument(document) };
  const { _id: id, person } = document;
  return { kind: 'unlinked', id, person: readPerson(person) };
}

function idOf(person: ExistingPerson): string {
  return person.kind === 'unlinked' ? person.id : person.user.id;
}
