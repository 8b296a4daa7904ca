import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

/** What the service promises over whatever store it was opened with: every recorded request, and concurrent writes. */
export function describeScimService(store: string, open: OpenStore): void {
  describe(`the SCIM service on ${store}`, () => {
    let target: RunningServiceCore;

    beforeAll(async () => {
      target = await startServiceCore(await open(), WIRE_TENANT);
    });

    afterAll(async () => {
      await target[Symbol.asyncDispose]();
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
  });
}
