import { describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import { noteWaves } from '#scim-service/tenancy/note-waves.ts';
import { TenantDirectory } from '#scim-service/tenancy/tenant-directory.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const GUARDED = aTenantConfig({
  deactivationGuard: { limit: { kind: 'Count', count: 5 }, windowSeconds: 2_400, refuses: false },
});
const WAVE = { deactivations: 6, limit: 5, people: 40 };

function setUp(config: TenantConfig = GUARDED) {
  const clock = aClock('2026-11-24T10:00:00Z');
  const log = aLog();
  const counted: string[] = [];
  const directory = new TenantDirectory({ logger: aLog().logger, clock: clock.now });
  directory.set(config);
  const metrics = {
    deactivationWave: ({ namespace, name }: { namespace: string; name: string }) => void counted.push(`${namespace}/${name}`),
  };
  const onWave = noteWaves({ directory, metrics, logger: log.logger, clock: clock.now });
  const tenant = () => directory.find('team-hr/acme')!;
  return { clock, log, counted, directory, onWave, tenant };
}

describe('noteWaves', () => {
  test('notes the latest of a wave, and tells of the wave once', () => {
    const { clock, log, counted, onWave, tenant } = setUp();
    const { model } = tenant();
    for (let more = 0; more < 50; more++) {
      onWave(model, { ...WAVE, deactivations: 6 + more });
      clock.advance(60_000);
    }

    expect(tenant().waves.current).toEqual({ at: '2026-11-24T10:49:00.000Z', deactivations: 55, limit: 5, people: 40 });
    expect(counted).toEqual(['team-hr/acme']);
    expect(log.lines).toEqual([
      {
        level: 'warn',
        tenant: 'team-hr/acme',
        ...WAVE,
        msg: 'more people than the limit allows were to be deactivated',
      },
    ]);
  });

  test('tells of a wave that comes a window after the last one, where nobody is switched off', () => {
    const { clock, counted, onWave, tenant } = setUp();
    onWave(tenant().model, WAVE);
    clock.advance(2_400_000);
    onWave(tenant().model, WAVE);

    expect(counted).toHaveLength(2);
  });

  test('tells of the first wave of each epoch', () => {
    const { counted, directory, onWave, tenant } = setUp();
    onWave(tenant().model, WAVE);
    directory.set({ ...GUARDED, breakerEpoch: 1 });
    expect(tenant().waves.current).toBeNull();
    onWave(tenant().model, WAVE);

    expect(counted).toHaveLength(2);
  });

  test('a request that began before the breaker was closed says nothing about the epoch after', () => {
    const { counted, directory, onWave, tenant } = setUp();
    const { model } = tenant();
    directory.set({ ...GUARDED, breakerEpoch: 1 });
    onWave(model, WAVE);

    expect(tenant().waves.current).toBeNull();
    expect(counted).toEqual([]);
  });

  test('a request of a tenant that is gone by now is no fault', () => {
    const { counted, directory, onWave, tenant } = setUp();
    const { model } = tenant();
    directory.delete('team-hr/acme');
    onWave(model, WAVE);

    expect(counted).toEqual([]);
  });
});
