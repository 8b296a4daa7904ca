import { beforeEach, describe, expect, test } from '@jest/globals';
import { apply } from '#operator/controller/apply.ts';
import { EventLimit } from '#operator/controller/event-limit.ts';
import type { ClusterWriter } from '#operator/controller/ports.ts';
import { recordEvent, recordNamespaceEvent } from '#operator/controller/record.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';
import { aSpecManifest, aTenant } from '#test/support/a-tenant.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { anOperator, Crash } from '#test/support/an-operator.ts';
import { FakeCluster } from '#test/support/fake-cluster.ts';
import { FakeMailbox, FakeNotifier } from '#test/support/fake-notifier.ts';
import { FakePods } from '#test/support/fake-pods.ts';

const EVENT = { type: 'Normal', reason: 'Resumed', message: 'goes on' } as const;
const KEY = 'team-hr/acme';

let cluster: FakeCluster;
let isHeld: boolean;
beforeEach(() => {
  cluster = new FakeCluster();
  isHeld = true;
});

const leadership = {
  assertHeld(): void {
    if (!isHeld) throw new Error('the lease is not held');
  },
};

/** The client refuses it, or cuts it off. */
function loseLeaseDuring(write: keyof ClusterWriter): void {
  cluster[write] = async () => {
    isHeld = false;
    throw new Error('was not sent');
  };
}

function parts() {
  const { logger, lines } = aLog();
  const notifier = new FakeNotifier(new FakeMailbox());
  return {
    writer: cluster,
    leadership,
    notifier,
    newToken: () => 'token',
    eventLimit: new EventLimit(),
    monotonic: () => 0,
    logger,
    lines,
  };
}

describe('a lease that runs out during a write ends the run', () => {
  test.each([{ kind: 'ApplyDerivedConfig', config: aTenantConfig() } as const, { kind: 'MirrorDisabled', disabled: true } as const])(
    '$kind',
    async (action) => {
      loseLeaseDuring(action.kind === 'MirrorDisabled' ? 'mirrorDisabled' : 'applyDerivedConfig');
      await expect(apply(parts(), aTenant(), [action])).rejects.toThrow('the lease is not held');
    },
  );

  test('of an Event', async () => {
    loseLeaseDuring('recordEvent');
    await expect(recordEvent(parts(), aTenant(), EVENT)).rejects.toThrow('the lease is not held');
  });

  test('of an Event about a namespace', async () => {
    loseLeaseDuring('recordNamespaceEvent');
    await expect(recordNamespaceEvent(parts(), aTenant(), EVENT)).rejects.toThrow('the lease is not held');
  });

  test('of the config of a deleted tenant', async () => {
    const clock = aClock('2026-11-24T06:00:00Z');
    const world = { cluster, pods: new FakePods(cluster, clock.now, ['pod-a']), mailbox: new FakeMailbox(), clock };
    cluster.putSecret('team-hr', 'acme-scim-token', { token: 'a-token-with-enough-characters' });
    cluster.putTenant({ metadata: { namespace: 'team-hr', name: 'acme' }, spec: aSpecManifest({ tenantDeletion: 'Delete' }) });
    await anOperator(world).settle(KEY);
    cluster.deleteTenant(KEY);
    cluster.refused.add('applyDerivedConfig');
    // The status says so already, so the write of the config is the only one of the next run.
    await anOperator(world).settle(KEY);
    await expect(anOperator(world, 1).step(KEY)).rejects.toThrow(Crash);
  });
});

test('a write that fails while the lease is held is an outcome like any other', async () => {
  cluster.refused.add('applyDerivedConfig');
  const action = { kind: 'ApplyDerivedConfig', config: aTenantConfig() } as const;
  expect(await apply(parts(), aTenant(), [action])).toMatchObject({ done: [], failed: { action } });
});

test('an Event that was not recorded does not keep the next one of its reason back; one that was does', async () => {
  const same = parts();
  cluster.refused.add('recordEvent');
  await recordEvent(same, aTenant(), EVENT);
  cluster.refused.clear();
  for (let times = 0; times < 3; times++) await recordEvent(same, aTenant(), EVENT);
  expect(cluster.events).toEqual([{ tenant: KEY, ...EVENT }]);
  expect(same.lines.filter(({ msg }) => msg === 'event not recorded')).toHaveLength(1);
});
