import { describe, expect, test } from '@jest/globals';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { TenantDirectory, type ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aClock } from '#test/support/a-clock.ts';
import { aLog } from '#test/support/a-log.ts';

function aDirectory() {
  const clock = aClock('2026-11-24T10:00:00Z');
  const log = aLog();
  return { directory: new TenantDirectory({ logger: log.logger, clock: clock.now }), clock, log };
}

const REFUSED = { revision: '0123456789abcdef', reason: 'it requires "dreams", which this pod does not know' };

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

  test('keeps the last good config when the next one can not be compiled, and tells why', () => {
    const { directory, log } = aDirectory();
    directory.set(aTenantConfig());
    const served = directory.find('team-hr/acme');
    directory.set(aTenantConfig({ generation: 2, mapping: [aRule('userNam', 'login')] }));
    directory.set(aTenantConfig({ name: 'other', mapping: [aRule('userNam', 'login')] }));

    expect(directory.find('team-hr/acme')).toBe(served);
    expect(served?.refusal.current).toMatchObject({ reason: expect.stringContaining('userNam') });
    expect(directory.find('team-hr/other')).toBeNull();
    expect(directory.isUnserved('team-hr/other')).toBe(true);
    expect(log.lines).toMatchObject([
      { level: 'debug', tenant: 'team-hr/acme', generation: 1 },
      {
        level: 'error',
        tenant: 'team-hr/acme',
        revision: served?.refusal.current?.revision,
        reason: expect.stringContaining('userNam'),
        served: served?.revision,
        msg: 'tenant config is refused; the last good one, if there was one, stays in force',
      },
      { level: 'error', tenant: 'team-hr/other', served: null },
    ]);
  });

  test('goes on with the last good config while newer ones are refused, and logs each of these once', () => {
    const { directory, log } = aDirectory();
    directory.set(aTenantConfig());
    const served = directory.find('team-hr/acme');
    for (const revision of ['1', '1', '2', '2']) directory.refuse('team-hr/acme', { ...REFUSED, revision });

    expect(directory.find('team-hr/acme')).toBe(served);
    expect([served?.refusal.current, served?.refusal.changes]).toEqual([{ ...REFUSED, revision: '2' }, 2]);
    expect(directory.refusals()).toBe(1);
    expect(log.lines.slice(1).map(({ revision, reason }) => [revision, reason])).toEqual([
      ['1', REFUSED.reason],
      ['2', REFUSED.reason],
    ]);
  });

  test.each([
    ['the one before comes back', aTenantConfig()],
    ['a newer one comes', aTenantConfig({ generation: 2 })],
  ])('a refusal is over when %s', (_, config) => {
    const { directory } = aDirectory();
    directory.set(aTenantConfig());
    directory.refuse('team-hr/acme', REFUSED);
    directory.set(config);

    expect(directory.find('team-hr/acme')).toMatchObject({ config, refusal: { current: null } });
    expect(directory.refusals()).toBe(0);
  });

  test('knows which tenants have never had a config that can be served, until they have one or go', () => {
    const { directory, log } = aDirectory();
    for (const key of ['team-hr/acme', 'team-hr/acme', 'team-hr/other', 'team-hr/gone'] as const) directory.refuse(key, REFUSED);
    expect([...directory.everyone()][0]).toEqual({ key: 'team-hr/acme', refused: REFUSED });
    expect([directory.refusals(), log.lines.length]).toEqual([3, 3]);

    directory.set(aTenantConfig());
    directory.delete('team-hr/gone');
    expect([...directory.everyone()].map(({ key }) => key)).toEqual(['team-hr/acme', 'team-hr/other']);
    expect(['team-hr/acme', 'team-hr/other', 'team-hr/gone'].map((key) => directory.isUnserved(key as TenantKey))).toEqual([
      false,
      true,
      false,
    ]);
    expect(directory.find('team-hr/acme')?.refusal.current).toBeNull();
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
      // Generation 2 is refused.
      ['team-hr/acme', 1, 1],
      ['team-hr/acme', 3, 1],
      ['team-hr/acme', undefined, 3],
    ]);
  });

  test('tells its listeners of a refusal and of its end once each, and not of a tenant that is not served', () => {
    const { directory } = aDirectory();
    const config = aTenantConfig();
    directory.set(config);
    const heard: unknown[] = [];
    directory.onServed((key, served, before) => heard.push([key, served === before, served?.refusal.current]));
    for (const key of ['team-hr/acme', 'team-hr/acme', 'team-hr/never'] as const) directory.refuse(key, REFUSED);
    for (const again of [config, config]) directory.set(again);

    expect(heard).toEqual([
      ['team-hr/acme', true, REFUSED],
      ['team-hr/acme', true, null],
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
