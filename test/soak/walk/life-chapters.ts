import { setTimeout as sleep } from 'node:timers/promises';
import { tenantPath } from '../../support/reverting-tools.ts';
import { pendingBy } from '../model/mail-book.ts';
import { directoryStep } from './directory-work.ts';
import type { Chapter, TenantContext } from './tenant-context.ts';
import { newToken, readToken, tokenChanged } from './token-chapters.ts';

/** A tenant comes and goes. */
export const LIFE_CHAPTERS: readonly Chapter[] = [
  { name: 'away for a while', weight: 3, applies: ({ uid }) => uid === null, happen: async () => sleep(3_000) },
  { name: 'created', weight: 10, applies: ({ uid }) => uid === null, happen: createTenant },
  { name: 'deleted', weight: 1, applies: ({ uid }) => uid !== null, happen: deleteTenant },
];

async function createTenant(context: TenantContext): Promise<void> {
  const { intent, kube, gitOps } = context;
  Object.assign(intent, { enabled: true, paused: null, trips: 0, isOpen: false, resetToken: '' });
  if (!intent.generatesToken) {
    const token = newToken();
    await kube.writeToken(intent, token);
    tokenChanged(context, token, 'either');
  }
  intent.uid = await gitOps.publish(intent);
  if (intent.generatesToken) await readToken(context, () => true);
  else if (intent.token !== null) tokenChanged(context, intent.token, 'either');
}

/** Also for the end of a walk: what it leaves behind is then seen. */
export async function deleteTenant(context: TenantContext): Promise<void> {
  const { intent, kube, gitOps, book, mails, random, report } = context;
  const { uid } = intent;
  if (uid === null) return;
  const { status } = await kube.until(`a look at ${intent.name}`, () => kube.tenant(intent));
  mails.forgive(uid, pendingBy(status));
  const trips = status?.breaker?.trips ?? 0;
  if (trips !== intent.trips) report(`${intent.name}: has tripped ${trips} times, wanted ${intent.trips}`);

  // Whoever deletes before the operator has seen that people are to go too has not asked for it in time.
  if (intent.tenantDeletion === 'Delete') {
    await kube.until(`the finalizer of ${intent.name}`, async () =>
      (await kube.tenant(intent))?.metadata.finalizers?.length ? true : null,
    );
  }
  await gitOps.withdraw(intent);
  await kube.persist(`delete ${intent.name}`, () => kube.send({ method: 'DELETE', path: tenantPath(intent) }), [200, 202, 404]);
  // The directory knows nothing of it. Who is acknowledged now stays with Retain, and goes with Delete.
  for (let step = random.int(0, 6); step > 0; step -= 1) await directoryStep(context);
  await kube.until(`the end of ${intent.name}`, async () => ((await kube.tenant(intent)) === null ? true : null));
  // The garbage collector, which this cluster has not, takes what the operator made; a person takes away their own.
  await kube.removeToken(intent);
  if (intent.tenantDeletion === 'Delete') book.clear();
  const before = intent.token;
  intent.uid = null;
  intent.token = null;
  intent.otherTokens = new Map(before === null ? [] : [[before, 'refused']]);
}
