import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { isOfLease, isWatch } from '#test/support/api-weather.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { WeatherWorld } from './weather-world.ts';

const ACCOUNT = 'scim-operator';
let world: WeatherWorld;

beforeAll(async () => {
  world = await WeatherWorld.start({ tenants: 20 });
}, 120_000);

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
});

test('credentials that have ended and are renewed on the disk later: nothing is lost, hurried or restarted', async () => {
  const { admin, api } = world;
  await createAccount();
  const folder = dirname(api.kubeconfig);
  const tokenFile = join(folder, 'renewed-token');
  await writeFile(tokenFile, await newToken('first'));
  const operator = await world.startOperator('operator-0', { KUBECONFIG: join(folder, 'renewed.kubeconfig') }, async (port) =>
    writeFile(join(folder, 'renewed.kubeconfig'), JSON.stringify(kubeconfig(port, tokenFile))),
  );
  const { weather } = operator;
  await world.untilInForce();

  // The server remembers for 10 s that it accepted a token; what is bound to a Secret ends with it.
  await admin.request({ method: 'DELETE', path: resourcePath(SECRETS, { namespace: 'default', name: 'first' }) });
  const isRefused = ({ status }: { readonly status: number | null }): boolean => status === 401;
  await waitUntil(() => weather.requests.some(isRefused), { what: 'the first 401', timeoutMs: 30_000 });
  const stretch = operator.begin();
  weather.cutWatches();
  await world.edit('while nobody knows us');
  await sleep(15_000);
  expect(await operator.leads()).toBe(false);
  const refused = weather.since(stretch.mark);
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([401]));
  // The lease every 2 s; 8 tries of each watch; until the lease is lost, the pods every 2 s, and the runs of what was heard last.
  expect(refused.filter(isOfLease).length).toBeLessThanOrEqual(12);
  expect(refused.filter(isWatch).length).toBeLessThanOrEqual(3 * 8);
  expect(refused.length).toBeLessThanOrEqual(100);
  expect(stretch.complaints().length).toBeLessThanOrEqual(60);

  await writeFile(tokenFile, await newToken('second'));
  await world.untilInForce();
  expect(await operator.leads()).toBe(true);
  expect(operator.program.running()).toBe(true);
}, 150_000);

async function createAccount(): Promise<void> {
  const { admin } = world;
  await admin.request({ method: 'POST', path: '/api/v1/namespaces/default/serviceaccounts', body: { metadata: { name: ACCOUNT } } });
  await admin.request({
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    body: {
      metadata: { name: ACCOUNT },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'default', name: ACCOUNT }],
    },
  });
}

/** A token of the account that is good for as long as a Secret of the given name exists. */
async function newToken(boundTo: string): Promise<string> {
  const { admin } = world;
  const secret = await admin.request({
    method: 'POST',
    path: resourcePath(SECRETS, { namespace: 'default' }),
    body: { metadata: { name: boundTo } },
  });
  const { uid } = (secret as { metadata: { uid: string } }).metadata;
  const asked = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3_600, boundObjectRef: { kind: 'Secret', apiVersion: 'v1', name: boundTo, uid } },
  };
  const path = `/api/v1/namespaces/default/serviceaccounts/${ACCOUNT}/token`;
  return ((await admin.request({ method: 'POST', path, body: asked })) as { status: { token: string } }).status.token;
}

function kubeconfig(port: number, tokenFile: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { tokenFile } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  };
}
