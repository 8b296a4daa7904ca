import { afterAll, beforeAll, describe, test } from '@jest/globals';
import type { StoreHealth, UserStore } from '#scim-service/provisioning/user-store.ts';
import { aRule, aTenantConfig } from '../support/a-tenant-config.ts';
import { startServiceCore, type RunningServiceCore } from '../support/a-service-core.ts';
import { WHOLE_MAPPING } from '../support/whole-mapping.ts';
import { replay } from './replay.ts';
import { ENTRA_USER_REQUESTS, OKTA_USER_REQUESTS } from './wire-request.ts';

/** Selects every attribute and deletes for good. */
const CONFIG = aTenantConfig({
  mapping: WHOLE_MAPPING.map(({ source, target, required }) => aRule(source, target, { required: required ?? false })),
  newUserDefaults: [],
  users: { onDelete: 'Remove', retentionSeconds: 0 },
  rateLimit: { requestsPerSecond: 100_000, burst: 100_000 },
});

/** Replays every recorded request about users against a service, with whatever store it was opened with. */
export function describeWireUsers(store: string, open: () => Promise<UserStore & StoreHealth>): void {
  describe(`recorded requests about users, on ${store}`, () => {
    let target: RunningServiceCore;

    beforeAll(async () => {
      target = await startServiceCore(await open(), CONFIG);
    });

    afterAll(async () => {
      await target[Symbol.asyncDispose]();
    });

    test.each(ENTRA_USER_REQUESTS.map((request) => ({ name: request.name, request })))('Entra ID: $name', async ({ request }) => {
      await replay(target.client, request);
    });

    test.each(OKTA_USER_REQUESTS.map((request) => ({ name: request.name, request })))('Okta: $name', async ({ request }) => {
      await replay(target.client, request);
    });
  });
}
