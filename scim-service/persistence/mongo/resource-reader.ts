import mongoose from 'mongoose';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Position } from '../../domain/position.ts';
import type { PageRange, ScanOptions } from '../../provisioning/store-range.ts';
import { chunksOf } from './chunks-of.ts';
import { LIMIT, type StoreSession } from './store-session.ts';

/** Part of a query; made by this program alone, with values as operands of `$eq` and the like. */
export type Query = Readonly<Record<string, unknown>>;

/** What users and groups have in common. */
interface ResourceDocument {
  readonly _id: string;
  readonly tenant: TenantKey;
  readonly createdAt: Date;
}

export interface ResourcePage<R> {
  readonly totalResults: number;
  readonly resources: readonly R[];
}

/** Most documents of one command of a scan. */
const SCAN_PAGE = 500;
const IN_ORDER = { createdAt: 1, _id: 1 } as const;
/** The code of a command that took longer than `maxTimeMS`. */
const MAX_TIME_EXPIRED = 50;

/** Reads resources of one collection, in the order of creation where there are several. */
export class ResourceReader<D extends ResourceDocument, R extends Position> {
  readonly #collection: mongoose.mongo.Collection<D>;
  readonly #fromDocument: (document: D) => R;
  readonly #visible: Query;

  /** @param visible what a document must have to be seen, beside its tenant */
  constructor(collection: mongoose.mongo.Collection<D>, fromDocument: (document: D) => R, visible: Query) {
    this.#collection = collection;
    this.#fromDocument = fromDocument;
    this.#visible = visible;
  }

  /** By `_id` alone, which is MongoDB's quickest path; whose it is and whether it is seen is looked at here. */
  async byId(tenant: TenantKey, id: string): Promise<R | null> {
    const document = await this.raw(id);
    return document !== null && this.#isSeen(tenant, document) ? this.#fromDocument(document) : null;
  }

  /** Whoever's it is, and seen or not. */
  raw(id: string): Promise<D | null> {
    return this.#collection.findOne({ _id: id } as mongoose.mongo.Filter<D>, LIMIT) as Promise<D | null>;
  }

  /** @param query equality on the leading fields of one index */
  async page(query: Query, { offset, limit }: PageRange): Promise<ResourcePage<R>> {
    // A limit of 0 would be none for MongoDB.
    if (limit === 0) return { totalResults: await this.count(query), resources: [] };
    const resources = await this.#find(query, { skip: offset, limit, sort: IN_ORDER });
    // A first page with room left holds them all; that spares most searches the second command.
    const isComplete = resources.length < limit && (offset === 0 || resources.length > 0);
    return { totalResults: isComplete ? offset + resources.length : await this.count(query), resources };
  }

  count(query: Query): Promise<number> {
    return this.#collection.countDocuments(query as mongoose.mongo.Filter<D>, LIMIT);
  }

  /**
   * Pages that each begin after the last resource of the one before, found in the index: no cursor is open between them.
   * @param narrow what all that matter fulfil; null when nothing is known
   */
  async *scan(
    session: StoreSession,
    operation: string,
    query: Query,
    { after, expected, narrow }: Omit<ScanOptions, 'narrow'> & { readonly narrow: Query | null },
  ): AsyncGenerator<readonly R[]> {
    let limit = Math.min(Math.max(1, expected ?? SCAN_PAGE), SCAN_PAGE);
    for (let [place, filter] = [after, narrow]; ; limit = SCAN_PAGE) {
      let page: readonly R[];
      try {
        page = await session.run(operation, () => this.#next(query, place, filter, limit));
      } catch (error) {
        // Few match among very many, so that one page takes too long to find; the caller's own judgement finds them as well.
        if (filter === null || !hasCause(error, MAX_TIME_EXPIRED)) throw error;
        filter = null;
        continue;
      }
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      if (page.length < limit) return;
      place = last;
    }
  }

  /** Places of those among the ids that are seen, in the order of creation. */
  async positions(tenant: TenantKey, ids: readonly string[]): Promise<readonly Position[]> {
    const found: Position[] = [];
    const projection = Object.fromEntries(['tenant', 'createdAt', ...Object.keys(this.#visible)].map((name) => [name, 1]));
    for (const some of chunksOf(ids)) {
      for (const { _id: id, createdAt } of await this.#named(tenant, some, { projection })) found.push({ id, createdAt });
    }
    return found.sort(byCreation);
  }

  /** A page of those at `positions`; who is gone since is left out. */
  async pageAt(tenant: TenantKey, positions: readonly Position[], { offset, limit }: PageRange): Promise<ResourcePage<R>> {
    return { totalResults: positions.length, resources: await this.#at(tenant, positions.slice(offset, offset + limit)) };
  }

  /** As `scan`, of those at `positions`. */
  async *scanAt(
    session: StoreSession,
    operation: string,
    tenant: TenantKey,
    positions: readonly Position[],
    after: Position | null,
  ): AsyncGenerator<readonly R[]> {
    const rest = after === null ? positions : positions.filter((position) => byCreation(position, after) > 0);
    for (const some of chunksOf(rest, SCAN_PAGE)) {
      const page = await session.run(operation, () => this.#at(tenant, some));
      if (page.length > 0) yield page;
    }
  }

  async #at(tenant: TenantKey, positions: readonly Position[]): Promise<readonly R[]> {
    const found: R[] = [];
    for (const some of chunksOf(positions.map(({ id }) => id))) {
      for (const document of await this.#named(tenant, some, {})) found.push(this.#fromDocument(document));
    }
    return found.sort(byCreation);
  }

  /** In two steps, each a range of the index: what is later in the same instant, then what is of later ones. */
  async #next(query: Query, after: Position | null, narrow: Query | null, limit: number): Promise<readonly R[]> {
    const page: R[] = [];
    for (const part of pageQueries(query, after, narrow)) {
      if (page.length < limit) page.push(...(await this.#find(part, { limit: limit - page.length, sort: IN_ORDER })));
    }
    return page;
  }

  async #find(query: Query, options: mongoose.mongo.FindOptions): Promise<readonly R[]> {
    const documents = await this.#collection.find(query as mongoose.mongo.Filter<D>, { ...LIMIT, ...options }).toArray();
    return documents.map((document) => this.#fromDocument(document as D));
  }

  /** Those that are seen. */
  async #named(tenant: TenantKey, ids: readonly string[], options: mongoose.mongo.FindOptions): Promise<readonly D[]> {
    const documents = await this.#collection.find(named(ids) as mongoose.mongo.Filter<D>, { ...LIMIT, ...options }).toArray();
    return documents.map((document) => document as D).filter((document) => this.#isSeen(tenant, document));
  }

  #isSeen(tenant: TenantKey, document: D): boolean {
    const fields = new Map<string, unknown>(Object.entries(document));
    return document.tenant === tenant && Object.entries(this.#visible).every(([name, value]) => fields.get(name) === value);
  }
}

/** By `_id` alone, so that the server has no other index to consider; whose they are is looked at in what is found. */
export function named(ids: readonly string[]) {
  return { _id: { $in: ids } };
}

/** What comes after a place, in its order. */
export function pageQueries(query: Query, after: Position | null, narrow: Query | null): readonly Query[] {
  const all = { ...query, ...(narrow === null ? {} : { $and: [narrow] }) };
  if (after === null) return [all];
  const { createdAt, id } = after;
  return [
    { ...all, createdAt, _id: { $gt: id } },
    { ...all, createdAt: { $gt: createdAt } },
  ];
}

function byCreation(left: Position, right: Position): number {
  if (left.createdAt.getTime() !== right.createdAt.getTime()) return left.createdAt.getTime() - right.createdAt.getTime();
  if (left.id === right.id) return 0;
  return left.id < right.id ? -1 : 1;
}

function hasCause(error: unknown, code: number): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof mongoose.mongo.MongoServerError && cause.code === code;
}
