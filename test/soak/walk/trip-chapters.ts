import { setTimeout as sleep } from 'node:timers/promises';
import { tripNotice } from '../model/mail-book.ts';
import { BADGE_SCHEMA } from '../model/person.ts';
import { isWell } from './edit-chapters.ts';
import type { Chapter, TenantContext } from './tenant-context.ts';

const BAD_AT_ONCE = 8;

/** A directory sends nonsense until its tenant trips, and somebody mends it. */
export const TRIP_CHAPTERS: readonly Chapter[] = [
  {
    name: 'trip',
    weight: 4,
    applies: (intent) => isWell(intent) && intent.token !== null,
    async happen(context) {
      if (!context.tripSlots.take()) return false;
      try {
        await trip(context);
      } finally {
        context.tripSlots.giveBack();
      }
      return true;
    },
  },
  {
    name: 'switched on again after a trip',
    weight: 8,
    applies: ({ uid, paused, isOpen }) => uid !== null && paused === null && isOpen,
    happen: switchOn,
  },
];

async function trip(context: TenantContext): Promise<void> {
  const { intent, kube, directory, random, mails, report } = context;
  const badge = { [BADGE_SCHEMA]: { badge: 'not a number' } };
  let answered = 0;
  await kube.until(`a trip of ${intent.name}`, async () => {
    const bad = Array.from({ length: BAD_AT_ONCE }, (_, at) =>
      directory.send(intent, random, { method: 'POST', path: '/Users', body: { userName: `bad-${at}`, ...badge } }),
    );
    for (const reply of await Promise.all(bad)) {
      if (reply.kind !== 'answered') continue;
      answered += 1;
      if (reply.status !== 400) report(`${intent.name}: a badge that is no number was answered ${reply.status}`);
    }
    const { status } = (await kube.tenant(intent)) ?? {};
    return (status?.breaker?.trips ?? 0) > intent.trips ? true : null;
  });
  intent.trips += 1;
  intent.isOpen = true;
  if (intent.uid !== null) mails.owe(intent.uid, tripNotice(intent.trips), intent.contacts);
  if (answered === 0) report(`${intent.name}: tripped before it was sent anything`);
}

async function switchOn(context: TenantContext): Promise<boolean> {
  const { intent, kube, gitOps, random, report } = context;
  if (intent.action === 'NotifyOnly') {
    const tenant = await kube.tenant(intent).catch(() => null);
    if (tenant?.status?.breaker?.state !== 'Closed') return false;
    intent.isOpen = false;
    return true;
  }
  const { state, trips } = (await kube.until(`a look at ${intent.name}`, () => kube.tenant(intent))).status.breaker;
  if (state !== 'Open' || trips !== intent.trips) {
    report(`${intent.name}: its breaker is ${state} after ${trips} trips, wanted Open after ${intent.trips}: nobody has switched it on`);
  }
  const ways = ['annotation', 'resetToken', ...(intent.statesEnabled ? [] : ['patch'])];
  switch (random.pick(ways)) {
    case 'annotation':
      await kube.patchTenant(
        intent,
        { metadata: { annotations: { 'scim-operator.dev/reset-at': `${random.int(1, 1e9)}` } } },
        'kubectl-annotate',
      );
      break;
    case 'resetToken':
      intent.resetToken = `${random.int(1, 1e9)}`;
      await gitOps.publish(intent);
      break;
    default:
      // Writing true is a decision once the mirror has made it false.
      await kube.until(`the mirror of a trip of ${intent.name}`, async () => {
        const { spec, status } = await kube.tenant(intent);
        return spec.enabled === false && status.breaker.mirroredTrip === intent.trips ? true : null;
      });
      await kube.patchTenant(intent, { spec: { enabled: true } }, 'kubectl-patch');
  }
  await kube.until(`the end of a trip of ${intent.name}`, async () =>
    (await kube.tenant(intent)).status.breaker.state === 'Closed' ? true : null,
  );
  intent.isOpen = false;
  await sleep(500);
  return true;
}
