import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tenantKeyOf } from '#common/tenant-config.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { aRule, aTenantConfig } from '../support/a-tenant-config.ts';
import { startServiceCore, type RunningServiceCore } from '../support/a-service-core.ts';
import { WHOLE_MAPPING } from '../support/whole-mapping.ts';
import { removeEverything, replay } from '../wire/replay.ts';
import { ENTRA_REQUESTS, OKTA_REQUESTS } from '../wire/wire-request.ts';

export type OpenStore = () => Promise<ScimStore>;

/** Selects every attribute and deletes for good. */
export const WIRE_TENANT = aTenantConfig({
  mapping: WHOLE_MAPPING.map(({ source, target, required }) => aRule(source, target, { required: required ?? false })),
  newUserDefaults: [],
  users: { onDelete: 'Remove', retentionSeconds: 0 },
  rateLimit: { requestsPerSecond: 100_000, burst: 100_000 },
});

/** Knows people of the product by their number, and lets few go. */
const GUARDED_TENANT = aTenantConfig({
  ...WIRE_TENANT,
  name: 'guarded',
  mapping: [aRule('userName', 'login'), aRule('externalId', 'number'), aRule('active', 'active')],
  matchExistingBy: ['number'],
  users: { onDelete: 'Deactivate', retentionSeconds: 2_592_000 },
  deactivationGuard: { limit: { kind: 'Count', count: 10 }, windowSeconds: 7_200, refuses: true },
});

/** What the service promises over whatever store it was opened with: every recorded request, and concurrent writes. */
export function describeScimService(store: string, open: OpenStore): void {
  describe(`the SCIM service on ${store}`, () => {
    let opened: ScimStore;
    let target: RunningServiceCore;
    let guarded: RunningServiceCore;

    beforeAll(async () => {
      opened = await open();
      target = await startServiceCore(opened, WIRE_TENANT);
      guarded = await startServiceCore(opened, GUARDED_TENANT);
    });

    afterAll(async () => {
      await target[Symbol.asyncDispose]();
      await guarded[Symbol.asyncDispose]();
    });

    test.each(ENTRA_REQUESTS.map((request) => ({ name: request.name, request })))('Entra ID: $name', async ({ request }) => {
      await replay(target.client, request);
    });

    test.each(OKTA_REQUESTS.map((request) => ({ name: request.name, request })))('Okta: $name', async ({ request }) => {
      await replay(target.client, request);
    });

    test('20 parallel creates of one userName: one 201, nineteen 409', async () => {
      await removeEverything(target.client);
      const create = { method: 'POST', path: '/Users', body: { userName: 'race@example.com' } };
      const answers = await Promise.all(Array.from({ length: 20 }, () => target.client.send(create)));
      const howMany = (wanted: number): number => answers.filter(({ status }) => status === wanted).length;
      expect({ created: howMany(201), refused: howMany(409) }).toEqual({ created: 1, refused: 19 });
      expect((await target.client.send({ method: 'GET', path: '/Users' })).body.totalResults).toBe(1);
    });

    test('50 parallel patches of different attributes of one person: all are there', async () => {
      await removeEverything(target.client);
      const { body: user } = await target.client.send({ method: 'POST', path: '/Users', body: { userName: 'busy@example.com' } });
      const path = `/Users/${user.id}`;
      const types = Array.from({ length: 50 }, (_, index) => `type-${index}`);
      const patches = types.map((type) => {
        const Operations = [{ op: 'Add', path: `emails[type eq "${type}"].value`, value: `${type}@example.com` }];
        return target.client.send({ method: 'PATCH', path, body: { Operations } });
      });
      expect(new Set((await Promise.all(patches)).map(({ status }) => status))).toEqual(new Set([200]));
      const { body: after } = await target.client.send({ method: 'GET', path });
      expect(after.emails.map(({ type }: { type: string }) => type).toSorted()).toEqual(types.toSorted());
      expect(after.meta.version).toBe('W/"51"');
    });

    test('50 parallel additions to one group: every member is there', async () => {
      await removeEverything(target.client);
      const ids: string[] = [];
      for (let n = 0; n < 50; n += 1) {
        ids.push((await target.client.send({ method: 'POST', path: '/Users', body: { userName: `member-${n}@example.com` } })).body.id);
      }
      const { body: group } = await target.client.send({ method: 'POST', path: '/Groups', body: { displayName: 'Crowd' } });
      const path = `/Groups/${group.id}`;
      const additions = ids.map((value) => {
        return target.client.send({ method: 'PATCH', path, body: { Operations: [{ op: 'Add', path: 'members', value: [{ value }] }] } });
      });
      expect(new Set((await Promise.all(additions)).map(({ status }) => status))).toEqual(new Set([204]));
      const { body: after } = await target.client.send({ method: 'GET', path });
      expect(after.members.map(({ value }: { value: string }) => value).toSorted()).toEqual(ids.toSorted());
      expect(after.meta.version).toBe('W/"51"');
    });

    test('20 parallel creates of somebody whom the product had, under as many names: one gets them, the others are new', async () => {
      const id = randomUUID();
      await opened.existing.put(tenantKeyOf(GUARDED_TENANT), { id, person: { number: 'N-7', plan: 'gold' } });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          guarded.client.send({ method: 'POST', path: '/Users', body: { userName: `twin-${at}`, externalId: 'n-7' } }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(answers.filter(({ body }) => body.id === id)).toHaveLength(1);
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(20);
      expect(await opened.users.findById(tenantKeyOf(GUARDED_TENANT), id)).toMatchObject({
        person: { plan: 'gold' },
        own: { plan: 'gold' },
      });
    });

    test('30 parallel deactivations where 10 are let through: ten are done, twenty are refused', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 30; n += 1) {
        ids.push((await guarded.client.send({ method: 'POST', path: '/Users', body: { userName: `leaver-${n}` } })).body.id);
      }
      const off = { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };
      const answers = await Promise.all(
        ids.map((id, at) =>
          guarded.client.send(at % 2 ? { method: 'DELETE', path: `/Users/${id}` } : { method: 'PATCH', path: `/Users/${id}`, body: off }),
        ),
      );
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(10);
      expect(answers.filter(({ status }) => status === 503)).toHaveLength(20);
      const { body: active } = await guarded.client.send({ method: 'GET', path: '/Users?filter=active eq true and userName sw "leaver-"' });
      expect(active.totalResults).toBe(20);
    });
  });
}
