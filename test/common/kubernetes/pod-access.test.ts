import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { currentNamespace } from '#common/kubernetes/kube-config.ts';
import { podAccess } from '#common/kubernetes/pod-access.ts';

const IN_A_POD = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-service-account-'));
  await writeFile(join(folder, 'token'), 'the-token\n');
  await writeFile(join(folder, 'ca.crt'), 'the-certificate');
  await writeFile(join(folder, 'namespace'), 'scim-operator');
});
afterAll(() => rm(folder, { recursive: true }));

test('a pod has what the kubelet mounted', async () => {
  const access = podAccess(IN_A_POD, folder);
  expect(access).not.toBeNull();
  if (access === null) return;
  const options: RequestOptions = {};
  await access.applyToHTTPSOptions(options);
  expect(options).toEqual({ ca: 'the-certificate', headers: { Authorization: 'Bearer the-token' } });
  expect(access.getCurrentCluster().server).toBe('https://10.96.0.1:443');
  expect(currentNamespace(access)).toBe('scim-operator');
});

test('an IPv6 address stands in brackets', () => {
  expect(podAccess({ ...IN_A_POD, KUBERNETES_SERVICE_HOST: 'fd00::1' }, folder)?.getCurrentCluster().server).toBe('https://[fd00::1]:443');
});

test('the namespace is the default one where none is mounted', () => {
  const access = podAccess(IN_A_POD, join(folder, 'nothing'));
  expect(access && currentNamespace(access)).toBe('default');
});

test.each([
  ['no address', { KUBERNETES_SERVICE_PORT: '443' }],
  ['no port', { KUBERNETES_SERVICE_HOST: '10.96.0.1' }],
  ['an address that is none', { KUBERNETES_SERVICE_HOST: 'a b', KUBERNETES_SERVICE_PORT: '443' }],
])('is no pod: %s', (_name, environment) => {
  expect(podAccess(environment, folder)).toBeNull();
});
