import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { TenantKey } from '#common/tenant-key.ts';
import { EventLimit } from '#operator/controller/event-limit.ts';

/** Asks for an Event that can be recorded. */
function admit(limit: EventLimit, tenant: TenantKey, reason: string, now: number): boolean {
  const admits = limit.admits(tenant, reason, now);
  if (admits) limit.passed(tenant, reason, now);
  return admits;
}

test('an Event of a reason passes at once, and again after a minute; other reasons and tenants have their own', () => {
  const limit = new EventLimit();
  expect(admit(limit, 'team-hr/acme', 'Tripped', 0)).toBe(true);
  expect(admit(limit, 'team-hr/acme', 'Tripped', 59_999)).toBe(false);
  expect(admit(limit, 'team-hr/acme', 'BreakerClosed', 59_999)).toBe(true);
  expect(admit(limit, 'team-hr/other', 'Tripped', 59_999)).toBe(true);
  expect(admit(limit, 'team-hr/acme', 'Tripped', 60_000)).toBe(true);
});

test('one that was left out does not put off the next', () => {
  const limit = new EventLimit();
  for (const second of [0, 20, 40]) admit(limit, 'team-hr/acme', 'Tripped', second * 1_000);
  expect(admit(limit, 'team-hr/acme', 'Tripped', 60_000)).toBe(true);
});

test('one that could not be recorded may be tried again at once', () => {
  const limit = new EventLimit();
  expect(limit.admits('team-hr/acme', 'Tripped', 0)).toBe(true);
  expect(limit.admits('team-hr/acme', 'Tripped', 1)).toBe(true);
});

test('a tenant that is forgotten begins anew', () => {
  const limit = new EventLimit();
  admit(limit, 'team-hr/acme', 'Tripped', 0);
  limit.forget('team-hr/acme');
  expect(admit(limit, 'team-hr/acme', 'Tripped', 1)).toBe(true);
});

test('whatever comes, no two of one reason pass within a minute, and never none of a reason', () => {
  const events = fc.array(fc.record({ pause: fc.nat(50_000), reason: fc.constantFrom('A', 'B', 'C') }), { maxLength: 60 });
  fc.assert(
    fc.property(events, (sequence) => {
      const limit = new EventLimit();
      const passed = new Map<string, number[]>();
      let now = 0;
      for (const { pause, reason } of sequence) {
        now += pause;
        if (admit(limit, 'team-hr/acme', reason, now)) passed.set(reason, [...(passed.get(reason) ?? []), now]);
      }
      expect(new Set(passed.keys())).toEqual(new Set(sequence.map(({ reason }) => reason)));
      for (const times of passed.values()) {
        for (const [index, time] of times.slice(1).entries()) expect(time - times[index]!).toBeGreaterThanOrEqual(60_000);
      }
    }),
  );
});
