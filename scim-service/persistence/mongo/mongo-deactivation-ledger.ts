import type { TenantKey } from '#common/tenant-key.ts';
import type { DeactivationCounts } from '../../domain/deactivation-wave.ts';
import type { DeactivationLedger, StoredCounts } from '../../provisioning/deactivation-ledger.ts';
import type { Collections } from './collections.ts';
import { insertUnlessTaken } from './insert-unless-taken.ts';
import { LIMIT, type StoreSession } from './store-session.ts';

/** A write whose answer was lost may count as one that came too late, so that the same deactivation is counted twice. */
export class MongoDeactivationLedger implements DeactivationLedger {
  readonly #session: StoreSession;
  readonly #deactivations: Collections['deactivations'];

  constructor(session: StoreSession, { deactivations }: Collections) {
    this.#session = session;
    this.#deactivations = deactivations;
  }

  read(tenant: TenantKey): Promise<StoredCounts | null> {
    return this.#session.run('readDeactivations', async () => {
      const document = await this.#deactivations.findOne({ _id: tenant }, LIMIT);
      return document && { counts: document.counts, version: document.version };
    });
  }

  write(tenant: TenantKey, counts: DeactivationCounts, expectedVersion: number | null): Promise<boolean> {
    return this.#session.run('writeDeactivations', async () => {
      if (expectedVersion === null) return insertUnlessTaken(this.#deactivations, { _id: tenant, version: 1, counts });
      const update = { $set: { version: expectedVersion + 1, counts } };
      return (await this.#deactivations.updateOne({ _id: tenant, version: expectedVersion }, update, LIMIT)).matchedCount === 1;
    });
  }
}
