import { describe, expect, test } from '@jest/globals';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { TenantDirectory, type ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';

function aDirectory() {
  const clock = aClock('2026-11-24T10:00:00Z');
  const log = aLog();
  return { directory: new TenantDirectory({ logger: log.logger, clock: clock.now }), clock, log };
}

function notesOf({ waves, ignored, failures, upkeep }: ServedTenant) {
  return { waves, ignored, failures, upkeep };
}

describe('TenantDirectory', () => {
  test('serves what it was given, compiled', () => {
    const { directory } = aDirectory();
    const config = aTenantConfig();
    directory.set(config);

    const tenant = directory.find('team-hr/acme');
    expect(tenant?.config).toBe(config);
    expect(tenant?.model.rules).toHaveLength(config.mapping.length);
    expect(tenant?.revision).toBe(tenantConfigRevision(config));
    expect([...directory.tenants()]).toEqual([tenant]);
    expect(directory.find('team-hr/other')).toBeNull();
  });

  test('is synced once told so', () => {
    const { directory } = aDirectory();
    expect(directory.isSynced).toBe(false);
    directory.synced();
    expect(directory.isSynced).toBe(true);
  });

  test('takes the same revision again without doing anything', () => {
    const { directory, clock } = aDirectory();
    directory.set(aTenantConfig());
    const served = directory.find('team-hr/acme');
    clock.advance(5_000);
    directory.set(aTenantConfig());

    expect(directory.find('team-hr/acme')).toBe(served);
    expect(directory.newestConfigAgeSeconds()).toBe(5);
  });

  test('keeps the last good config when the next one does not compile, and logs why', () => {
    const { directory, log } = aDirectory();
    directory.set(aTenantConfig());
    const served = directory.find('team-hr/acme');
    directory.set(aTenantConfig({ generation: 2, mapping: [aRule('userNam', 'login')] }));
    directory.set(aTenantConfig({ name: 'other', mapping: [aRule('userNam', 'login')] }));

    expect(directory.find('team-hr/acme')).toBe(served);
    expect(directory.find('team-hr/other')).toBeNull();
    expect(log.lines).toMatchObject([
      { level: 'debug', tenant: 'team-hr/acme', generation: 1 },
      {
        level: 'error',
        tenant: 'team-hr/acme',
        generation: 2,
        served: served?.revision,
        msg: 'tenant config is not usable, the last good one stays in force',
      },
      { level: 'error', tenant: 'team-hr/other', served: null },
    ]);
  });

  test('a change of the config keeps outcomes, activity, notes and what the rate limiter gave out', () => {
    const { directory, clock } = aDirectory();
    directory.set(aTenantConfig({ rateLimit: { requestsPerSecond: 1, burst: 1 } }));
    const before = directory.find('team-hr/acme')!;
    before.window.record('InvalidValue', clock.now());
    before.activity.record('Success', { write: true, now: clock.now() });
    before.limiter.take(clock.now());
    directory.set(aTenantConfig({ generation: 2, rateLimit: { requestsPerSecond: 1, burst: 9 } }));
    const after = directory.find('team-hr/acme')!;

    expect(after).not.toBe(before);
    expect(after.window).toBe(before.window);
    expect(after.activity).toBe(before.activity);
    expect(notesOf(after)).toEqual(notesOf(before));
    expect(after.limiter.take(clock.now())).toBe(1);
  });

  test('a new breaker epoch starts an empty window that running requests of the old one do not reach', () => {
    const { directory, clock } = aDirectory();
    directory.set(aTenantConfig());
    const before = directory.find('team-hr/acme')!;
    before.window.record('InvalidValue', clock.now());
    directory.set(aTenantConfig({ breakerEpoch: 1 }));
    before.window.record('InvalidValue', clock.now());
    const after = directory.find('team-hr/acme')!;

    expect(after.window.buckets(clock.now())).toEqual([]);
    expect(after.activity).toBe(before.activity);
  });

  test.each<{ name: string; change: Partial<TenantConfig>; anew: readonly (keyof ReturnType<typeof notesOf>)[] }>([
    { name: 'a new breaker epoch', change: { breakerEpoch: 1 }, anew: ['waves'] },
    { name: 'another mapping', change: { generation: 2, mapping: [aRule('userName', 'login')] }, anew: ['ignored'] },
    { name: 'another name', change: { generation: 2, displayName: 'Acme' }, anew: [] },
  ])('$name starts anew: $anew', ({ change, anew }) => {
    const { directory } = aDirectory();
    directory.set(aTenantConfig());
    const before = notesOf(directory.find('team-hr/acme')!);
    directory.set(aTenantConfig(change));
    const after = notesOf(directory.find('team-hr/acme')!);
    const kept = (['waves', 'ignored', 'failures', 'upkeep'] as const).filter((note) => after[note] === before[note]);

    expect(kept).toEqual(['waves', 'ignored', 'failures', 'upkeep'].filter((note) => !(anew as readonly string[]).includes(note)));
  });

  test('tells its listeners what is served and what was before, as long as they listen', () => {
    const { directory } = aDirectory();
    const heard: unknown[] = [];
    directory.set(aTenantConfig({ name: 'earlier' }));
    const end = directory.onServed((key, served, before) => heard.push([key, served?.config.generation, before?.config.generation]));
    directory.set(aTenantConfig());
    directory.set(aTenantConfig());
    directory.set(aTenantConfig({ generation: 2, mapping: [aRule('userNam', 'login')] }));
    directory.set(aTenantConfig({ generation: 3 }));
    directory.delete('team-hr/acme');
    directory.delete('team-hr/acme');
    end();
    directory.set(aTenantConfig());

    expect(heard).toEqual([
      ['team-hr/acme', 1, undefined],
      ['team-hr/acme', 3, 1],
      ['team-hr/acme', undefined, 3],
    ]);
  });

  test('forgets a deleted tenant whole', () => {
    const { directory, clock } = aDirectory();
    directory.set(aTenantConfig());
    directory.find('team-hr/acme')?.window.record('InvalidValue', clock.now());
    directory.delete('team-hr/acme');
    directory.delete('team-hr/never');
    expect(directory.find('team-hr/acme')).toBeNull();

    directory.set(aTenantConfig());
    expect(directory.find('team-hr/acme')?.window.buckets(clock.now())).toEqual([]);
  });

  test('tells the age of the newest config', () => {
    const { directory, clock } = aDirectory();
    expect(directory.newestConfigAgeSeconds()).toBeNull();
    directory.set(aTenantConfig());
    clock.advance(90_000);
    directory.set(aTenantConfig({ name: 'other' }));
    clock.advance(1_500);
    expect(directory.newestConfigAgeSeconds()).toBe(1.5);
  });

  test('names tenants that change later in the log, and those of the start only in detail', () => {
    const { directory, log } = aDirectory();
    directory.set(aTenantConfig());
    directory.synced();
    directory.set(aTenantConfig({ generation: 2, state: { kind: 'Disabled' } }));

    expect(log.lines.map(({ level, msg, state }) => [level, msg, state])).toEqual([
      ['debug', 'tenant config is served', 'Active'],
      ['info', 'all tenant configs were read', undefined],
      ['info', 'tenant config is served', 'Disabled'],
    ]);
  });
});
