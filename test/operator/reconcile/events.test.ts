import { describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import type { TenantEvent } from '#operator/reconcile/action.ts';
import type { Observed } from '#operator/reconcile/observed.ts';
import { anObserved, CONFIG, pods, reconcile, SETTLED, stored } from '#test/support/an-observed.ts';
import { aSpec, aTenant } from '#test/support/a-tenant.ts';
import { aRule } from '#test/support/a-tenant-config.ts';

/** The mapping of `aTenant` without its mail, and with a title. */
const SPEC = aSpec({
  attributeMapping: [
    { source: 'userName', target: 'login', required: true },
    { source: 'title', target: 'designation' },
  ],
});
const CHANGED: TenantConfig = {
  ...CONFIG,
  generation: 2,
  mapping: [aRule('userName', 'login', { required: true }), aRule('title', 'designation')],
  newlySelected: ['title'],
};

function events(overrides: Partial<Observed>, failed: Error | null = null): readonly TenantEvent[] {
  return reconcile(anObserved(overrides), failed).events;
}

describe('a changed mapping', () => {
  const tenant = stored({ spec: SPEC, generation: 2 });

  test('is told with what goes and what comes when', () => {
    expect(events({ tenant })).toEqual([
      {
        type: 'Normal',
        reason: 'MappingChanged',
        message:
          'The mapping changed; everybody is made anew from what the directory has sent; ' +
          'no longer taken, and removed from the store: emails[type eq "work"].value; ' +
          'newly taken, and there when the directory has sent everybody again (in Entra ID: Restart provisioning): title',
      },
    ]);
  });

  test('is told by the next run when a crash came between the config and the status, which then can’t say what goes', () => {
    const message =
      'The mapping changed; everybody is made anew from what the directory has sent; ' +
      'newly taken, and there when the directory has sent everybody again (in Entra ID: Restart provisioning): title';
    expect(events({ tenant, derived: CHANGED })).toEqual([{ type: 'Normal', reason: 'MappingChanged', message }]);
  });

  test('names ten sources at most', () => {
    const names = Array.from({ length: 12 }, (_, index) => `urn:ietf:params:scim:schemas:extension:a:2.0:User:f${index + 10}`);
    const spec = aSpec({
      attributeMapping: [...SPEC.attributeMapping, ...names.map((source, index) => ({ source, target: `f${index}` }))],
    });
    const [event] = events({ tenant: stored({ spec, generation: 2 }), derived: CHANGED });
    expect(event?.message).toContain(`: ${names.slice(0, 10).join(', ')} and 2 more`);
  });

  test.each<{ name: string; overrides: Partial<Observed> }>([
    {
      name: 'once',
      overrides: { tenant: stored({ spec: SPEC, generation: 2 }, reconcile(anObserved({ tenant })).status), derived: CHANGED },
    },
    { name: 'not for the first mapping', overrides: { tenant: aTenant({ spec: SPEC }), derived: null } },
    {
      name: 'not for a tenant whose status an older version wrote',
      overrides: { tenant: stored({ spec: SPEC, generation: 2 }, { sync: { ...SETTLED.sync, mapping: null } }) },
    },
    {
      name: 'not for any other setting',
      overrides: { tenant: stored({ generation: 2, spec: aSpec({ displayName: 'Acme' }) }) },
    },
    {
      name: 'not while it can’t be used',
      overrides: {
        tenant: stored({ generation: 1, spec: aSpec({ attributeMapping: [{ source: 'usrName', target: 'login' }] }) }),
        pods: pods(CONFIG),
      },
    },
  ])('is told $name', ({ overrides }) => {
    expect(events(overrides).filter(({ reason }) => reason === 'MappingChanged')).toEqual([]);
  });

  test('is not told, and not in force, while the config can’t be written', () => {
    const { status, events: told } = reconcile(anObserved({ tenant }), new Error('denied'));
    expect(told).toEqual([]);
    expect(status.sync.mapping).toBe(SETTLED.sync.mapping);
  });
});

describe('a message that is too long for an Event', () => {
  test('ends with the page that explains it all the same', () => {
    const attributeMapping = Array.from({ length: 40 }, (_, index) => ({ source: `unknown${index}`, target: `t${index}` }));
    const tenant = stored({ spec: aSpec({ attributeMapping }), generation: 2 });
    const { status, events: told } = reconcile(anObserved({ tenant }));
    const page = '…; see https://docs.example.com/troubleshooting.md#mapping-invalid';
    const messages = [told[0]!.message, ready(status)];
    expect(messages.map((message) => message.slice(-page.length))).toEqual([page, page]);
    expect(messages.map((message) => message.length)).toEqual([1_000, 1_000 + page.length - 1]);
  });
});

function ready({ conditions }: ScimTenantStatus): string {
  return conditions.find(({ type }) => type === 'Ready')?.message ?? '';
}
