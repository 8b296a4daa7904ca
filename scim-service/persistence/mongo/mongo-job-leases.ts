import type { JobLeases, LeaseRequest } from '../../provisioning/job-leases.ts';
import type { Collections } from './collections.ts';
import { isDuplicateKey } from './duplicate-key.ts';
import { LIMIT, type StoreSession } from './store-session.ts';

export class MongoJobLeases implements JobLeases {
  readonly #session: StoreSession;
  readonly #leases: Collections['leases'];

  constructor(session: StoreSession, { leases }: Collections) {
    this.#session = session;
    this.#leases = leases;
  }

  take({ name, holder, rank, now, until, forgetBefore }: LeaseRequest): Promise<boolean> {
    return this.#session.run('takeLease', async () => {
      const isFree = { $or: [{ holder }, { until: { $lte: now } }] };
      const isOurTurn = { $or: [{ rank: { $lte: rank } }, { until: { $lt: forgetBefore } }] };
      const update = { $set: { holder, rank, until } };
      try {
        await this.#leases.updateOne({ _id: name, $and: [isFree, isOurTurn] }, update, { ...LIMIT, upsert: true });
        return true;
      } catch (error) {
        // There is one that isn't to be had, so the update found none and the insert in its place met that.
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    });
  }
}
