import { printDuration } from '#common/duration.ts';
import type { DeactivationGuard } from '#common/tenant-config.ts';
import { waveSize } from '#common/wave-size.ts';
import { addDeactivation, currentCounts, waveOf, type DeactivationCounts, type Wave } from '../../domain/deactivation-wave.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { retryLostRaces } from '../retry-lost-races.ts';

/**
 * Lets one request deactivate one person, by `users.maxDeactivations`: an emptied scope of the directory must not empty the
 * product. To be asked before the write; asked again, when the write is tried again, it counts nothing more. Who is counted
 * and then not written after all (another request came first) stays counted.
 * @throws ScimError 503 of reason DeactivationWave when the limit is reached; 503 as retryLostRaces does
 */
export type ReserveDeactivation = () => Promise<void>;

/** For one request. */
export function guardDeactivation(parts: ProvisioningParts, model: TenantModel): ReserveDeactivation {
  const { deactivationGuard } = model.config;
  let isReserved = false;
  return async () => {
    if (deactivationGuard === null || isReserved) return;
    await reserve(parts, model, deactivationGuard);
    isReserved = true;
  };
}

async function reserve({ store, clock, onWave }: ProvisioningParts, model: TenantModel, guard: DeactivationGuard): Promise<void> {
  const epoch = model.config.breakerEpoch;
  const { wave } = await retryLostRaces('The count of deactivations', async () => {
    const stored = await store.deactivations.read(model.key);
    const now = clock();
    const moment = { epoch, now, windowMilliseconds: guard.windowSeconds * 1_000 };
    const current = currentCounts(stored?.counts ?? null, moment);
    const before: DeactivationCounts = current ?? { epoch, people: 0, buckets: [] };
    const added = addDeactivation(before, now);
    // Counted anew now and then: a window goes on as long as somebody leaves in it, and a first cycle brings many meanwhile.
    const isNewBucket = added.buckets.length > before.buckets.length;
    const counts = isNewBucket ? { ...added, people: Math.max(before.people, await store.users.count(model.key)) } : added;
    const found = waveOf(counts, guard.limit);
    if (found !== null && guard.refuses) {
      onWave(model, found);
      throw refusal(found, guard);
    }
    return (await store.deactivations.write(model.key, counts, stored?.version ?? null)) ? { wave: found } : null;
  });
  if (wave !== null) onWave(model, wave);
}

function refusal(wave: Wave, { windowSeconds }: DeactivationGuard): ScimError {
  const summary =
    `with this one, ${waveSize(wave)} would be deactivated within ${printDuration(Math.round(windowSeconds * 1_000))}, ` +
    `but at most ${wave.limit} are let through`;
  const detail =
    `${summary}, so that an emptied scope does not empty the product; nothing was changed, and the tenant is switched off. ` +
    'If these people are meant to leave, whoever runs the tenant switches it on again (spec.enabled: true), which begins a new count, ' +
    'or raises users.maxDeactivations';
  return new ScimError(503, null, detail, { summary, reason: 'DeactivationWave' });
}
