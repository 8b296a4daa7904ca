import { describe, expect, test } from '@jest/globals';
import type { TenantKey } from '#common/tenant-key.ts';
import type { FreezeNotice } from '#operator/controller/ports.ts';
import { TripDesk } from '#operator/controller/trip-desk.ts';
import { aClock } from '#test/support/a-clock.ts';

const START = '2026-11-24T06:00:00Z';

function keys(count: number, prefix = 't'): TenantKey[] {
  return Array.from({ length: count }, (_, index): TenantKey => `team/${prefix}-${index}`);
}

function aDesk() {
  const wall = aClock(START);
  const clock = aClock(START);
  const frozen: FreezeNotice[] = [];
  const stale: TenantKey[][] = [];
  let released = 0;
  const desk = new TripDesk({
    clock: wall.now,
    monotonic: clock.now,
    onFrozen: (notice) => void frozen.push(notice),
    onReleased: () => void (released += 1),
    onStale: (tenants) => void stale.push([...tenants].toSorted()),
  });
  return { desk, clock, wall, frozen, stale, released: () => released };
}

/** A desk that has looked at all of these once, and found them well. */
function aSettledDesk(tenants: readonly TenantKey[]) {
  const world = aDesk();
  world.desk.expect(tenants);
  for (const key of tenants) world.desk.enter(key, 'Fine', null);
  return world;
}

describe('TripDesk', () => {
  test('lets one tenant trip, after it has waited for others', () => {
    const { desk, clock, frozen } = aSettledDesk(keys(60));
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Held', milliseconds: 3_000 });
    clock.advance(1_000);
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Held', milliseconds: 2_000 });
    clock.advance(2_000);
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Allowed' });
    expect(frozen).toEqual([]);
  });

  test.each([86_400_000, -86_400_000])('waits no shorter and no longer when the clock is set by %d ms meanwhile', (milliseconds) => {
    const { desk, clock, wall } = aSettledDesk(keys(60));
    desk.enter('team/t-0', 'Wants', null);
    wall.advance(milliseconds);
    clock.advance(2_000);
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Held', milliseconds: 1_000 });
    clock.advance(1_000);
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Allowed' });
  });

  test('tells which tenants no run has looked at', () => {
    const { desk } = aDesk();
    expect(desk.expect(keys(3))).toEqual(keys(3));
    desk.enter('team/t-0', 'Fine', null);
    desk.pass('team/t-1');
    expect(desk.expect(keys(4))).toEqual(['team/t-2', 'team/t-3']);
    expect(desk.keys()).toEqual(keys(4));
  });

  test('begins to wait anew when a tenant was well meanwhile', () => {
    const { desk, clock } = aSettledDesk(keys(60));
    desk.enter('team/t-0', 'Wants', null);
    clock.advance(2_000);
    expect(desk.enter('team/t-0', 'Fine', null)).toEqual({ kind: 'Allowed' });
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Held', milliseconds: 3_000 });
  });

  test('freezes when more than a tenth want to trip, tells it once, and says so to each of them', () => {
    const { desk, clock, frozen } = aSettledDesk(keys(60));
    for (const key of keys(6)) expect(desk.enter(key, 'Wants', null).kind).toBe('Held');
    const freeze = { since: START, told: [] };
    expect(desk.enter('team/t-6', 'Wants', null)).toEqual({ kind: 'Frozen', freeze });
    clock.advance(3_000);
    for (const key of keys(60)) expect(desk.enter(key, 'Wants', null)).toEqual({ kind: 'Frozen', freeze });
    expect(frozen).toEqual([{ since: START, told: [], wanting: 7, tenants: 60, named: keys(7) }]);
  });

  test('counts tenants in service alone', () => {
    const { desk, frozen } = aSettledDesk(keys(60));
    for (const key of keys(60).slice(20)) desk.enter(key, 'Off', null);
    for (const key of keys(5)) desk.enter(key, 'Wants', null);
    expect(frozen).toMatchObject([{ wanting: 5, tenants: 20 }]);
  });

  test('names 20 of them at most', () => {
    const { desk, frozen } = aSettledDesk(keys(300));
    for (const key of keys(40)) desk.enter(key, 'Wants', null);
    expect(frozen[0]?.wanting).toBe(31);
    expect(frozen[0]?.named).toEqual(keys(20));
  });

  test('is released when the share falls, and asks for a run of everybody who was marked', () => {
    const { desk, stale, released } = aSettledDesk(keys(60));
    for (const key of keys(7)) desk.enter(key, 'Wants', null);
    const mark = { since: START, told: [] };
    for (const key of keys(7)) desk.enter(key, 'Wants', mark);
    desk.enter('team/t-0', 'Fine', mark);
    expect(released()).toBe(1);
    expect(stale).toEqual([keys(7)]);
    // Each is forgiven then, and wants nothing any more.
    expect(desk.enter('team/t-1', 'Fine', mark)).toEqual({ kind: 'Allowed' });
    desk.enter('team/t-1', 'Fine', null);
    expect(released()).toBe(1);
  });

  test('is released by tenants that are deleted', () => {
    const { desk, released } = aSettledDesk(keys(60));
    for (const key of keys(7)) desk.enter(key, 'Wants', null);
    for (const key of keys(2)) desk.forget(key);
    expect(released()).toBe(1);
    for (const key of keys(7)) desk.enter(key, 'Wants', null);
    desk.expect(keys(60).slice(7));
    expect(released()).toBe(2);
  });

  test('keeps who was told, and has it written to the marked tenants', () => {
    const { desk, stale } = aSettledDesk(keys(60));
    for (const key of keys(7)) desk.enter(key, 'Wants', null);
    desk.told(START, 'abc');
    desk.told(START, 'abc');
    desk.told('2026-11-23T00:00:00Z', 'of another failure');
    expect(stale).toEqual([['team/t-6']]);
    expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Frozen', freeze: { since: START, told: ['abc'] } });
  });

  describe('after a start', () => {
    test('lets nobody trip before every tenant has been looked at', () => {
      const { desk, clock, frozen } = aDesk();
      expect(desk.enter('team/t-0', 'Wants', null).kind).toBe('Held');
      desk.expect(keys(60));
      clock.advance(60_000);
      for (const key of keys(59)) expect(desk.enter(key, 'Wants', null).kind).toBe('Held');
      expect(frozen).toEqual([]);
      expect(desk.enter('team/t-59', 'Fine', null).kind).toBe('Frozen');
      expect(frozen).toMatchObject([{ wanting: 59, tenants: 60 }]);
    });

    test('is not kept waiting by a tenant that can’t be looked at', () => {
      const { desk, clock } = aDesk();
      desk.expect(keys(60));
      for (const key of keys(59)) desk.enter(key, key === 'team/t-0' ? 'Wants' : 'Fine', null);
      clock.advance(3_000);
      expect(desk.enter('team/t-0', 'Wants', null).kind).toBe('Held');
      desk.pass('team/t-59');
      expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Allowed' });
    });

    test('goes on with the freeze of a leader before, and says who was told by it', () => {
      const { desk, frozen, released } = aDesk();
      const before = { since: '2026-11-24T05:30:00Z', told: ['abc'] };
      desk.expect(keys(60));
      for (const key of keys(60)) desk.enter(key, key === 'team/t-59' ? 'Fine' : 'Wants', key === 'team/t-3' ? before : null);
      expect(frozen).toMatchObject([{ ...before, wanting: 59 }]);
      expect(desk.enter('team/t-0', 'Wants', null)).toEqual({ kind: 'Frozen', freeze: before });
      expect(released()).toBe(0);
    });

    test('releases those whom a leader before has marked, when the failure is over', () => {
      const { desk, frozen, stale } = aDesk();
      const before = { since: '2026-11-24T05:30:00Z', told: [] };
      desk.expect(keys(60));
      for (const key of keys(60)) desk.enter(key, 'Fine', key === 'team/t-3' ? before : null);
      expect(frozen).toEqual([]);
      expect(stale).toEqual([['team/t-3']]);
      expect(desk.enter('team/t-3', 'Fine', before)).toEqual({ kind: 'Allowed' });
    });

    test('counts a tenant that is made later without waiting for it', () => {
      const { desk } = aSettledDesk(keys(4));
      desk.expect(keys(60));
      expect(desk.enter('team/t-0', 'Fine', null)).toEqual({ kind: 'Allowed' });
    });
  });
});
