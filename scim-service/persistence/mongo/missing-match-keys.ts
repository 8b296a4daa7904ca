import { setTimeout as sleep } from 'node:timers/promises';
import type mongoose from 'mongoose';
import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { matchKeys } from '../../domain/match-keys.ts';
import { StoreUnavailableError } from '../../provisioning/scim-store.ts';
import type { Collections } from './collections.ts';
import { readPerson } from './read-person.ts';
import { named, type Query } from './resource-reader.ts';
import { LIMIT, type StoreSession } from './store-session.ts';
import { isLinked, type PersonDocument } from './unlinked-document.ts';
import { lackingMatchKeys } from './user-filters.ts';

/** Of one transaction. */
const BATCH = 250;
/** A request waits no longer; the work goes on, and the client comes back after a 503. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Gives `matchKeys` to the people whom the product added without, and to those who were retired by a program that knew none.
 * Several processes may do so for the same people: a transaction writes the keys of the record that it has read.
 */
export class MissingMatchKeys {
  readonly #session: StoreSession;
  readonly #collections: Collections;
  readonly #logger: Logger;
  readonly #longestWaitMs: number;
  readonly #atWork = new Map<TenantKey, Promise<void>>();
  /** Tenants of which it was logged that somebody can't be adopted. */
  readonly #told = new Set<TenantKey>();

  constructor(session: StoreSession, collections: Collections, logger: Logger, longestWaitMs = LONGEST_WAIT_MS) {
    this.#session = session;
    this.#collections = collections;
    this.#logger = logger;
    this.#longestWaitMs = longestWaitMs;
  }

  /**
   * Resolves once all who were there when it was called have their keys.
   * @throws StoreUnavailableError also when that takes longer than the longest wait
   */
  async make(tenant: TenantKey): Promise<void> {
    const deadline = performance.now() + this.#longestWaitMs;
    // What is under way may have looked for people before the latest came, so that one looks again.
    while (await this.#session.run('makeMatchKeys', () => this.#areMissing(tenant))) {
      if (await isDoneBy(deadline, this.#begun(tenant))) continue;
      throw new StoreUnavailableError('makeMatchKeys', new Error('very many people were added, and it takes long to make their keys'));
    }
  }

  #begun(tenant: TenantKey): Promise<void> {
    const begun = this.#atWork.get(tenant) ?? this.#makeAll(tenant).finally(() => this.#atWork.delete(tenant));
    this.#atWork.set(tenant, begun);
    return begun;
  }

  async #makeAll(tenant: TenantKey): Promise<void> {
    const { unlinked, retired } = lackingMatchKeys(tenant);
    for (const query of [unlinked, retired]) {
      while ((await this.#session.run('makeMatchKeys', () => this.#makeSome(query))) === BATCH);
    }
  }

  /** @returns how many lacked them, BATCH at most */
  async #makeSome(query: Query): Promise<number> {
    const ids = (await this.#find(query, BATCH)).map(({ _id: id }) => id);
    if (ids.length > 0) await this.#session.transaction((session) => this.#write(session, ids));
    return ids.length;
  }

  /** Reads and writes on one snapshot: it fails, and is begun anew, when the product changes one of them meanwhile. */
  async #write(session: mongoose.mongo.ClientSession, ids: readonly string[]): Promise<void> {
    const { people } = this.#collections;
    const options = { ...LIMIT, session };
    const projection = { person: 1, deleted: 1, matchKeys: 1 };
    const found = await people.find(named(ids) as mongoose.mongo.Filter<PersonDocument>, { ...options, projection }).toArray();
    const lacking = found.filter((document) => document.matchKeys === undefined && (!isLinked(document) || document.deleted));
    if (lacking.length === 0) return;
    const updates = lacking.map(({ _id, person }) => ({
      updateOne: { filter: { _id }, update: { $set: { matchKeys: matchKeys(readPerson(person)) } } },
    }));
    await people.bulkWrite(updates, { ...options, ordered: false });
  }

  async #areMissing(tenant: TenantKey): Promise<boolean> {
    const { unlinked, retired, anybody } = lackingMatchKeys(tenant);
    const [added, gone] = await Promise.all([this.#find(anybody, 1), this.#find(retired, 1)]);
    if (gone.length > 0 || added.some(({ _id: id }) => typeof id === 'string')) return true;
    if (added.length === 0) return false;
    if (!this.#told.has(tenant)) this.#logger.warn({ tenant }, 'people whose _id is no text can not be adopted');
    this.#told.add(tenant);
    return (await this.#find(unlinked, 1)).length > 0;
  }

  #find(query: Query, limit: number): Promise<Pick<PersonDocument, '_id'>[]> {
    const filter = query as mongoose.mongo.Filter<PersonDocument>;
    return this.#collections.people.find(filter, { ...LIMIT, projection: { _id: 1 }, limit }).toArray();
  }
}

/** @returns false when it takes longer; if it fails after that, the next one finds out */
async function isDoneBy(deadline: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(Math.max(0, deadline - performance.now()), false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    timer.abort();
  }
}
