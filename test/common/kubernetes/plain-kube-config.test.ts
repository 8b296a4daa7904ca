import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubeConfig } from '@kubernetes/client-node';
import type { ClusterAccess } from '#common/kubernetes/cluster-access.ts';
import { plainKubeConfig } from '#common/kubernetes/plain-kube-config.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function kubeconfig(cluster: object, user: object | null): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'other', cluster: { server: 'https://other.example.com' } },
      { name: 'c', cluster: { server: 'https://kube.example.com:6443/', ...cluster } },
    ],
    users: [
      { name: 'other', user: { exec: { command: 'aws' } } },
      { name: 'u', user },
    ],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'team-hr' } }],
    'current-context': 'here',
  });
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-kubeconfig-'));
  for (const name of ['ca.crt', 'tls.crt', 'tls.key']) await writeFile(join(folder, name), `text of ${name}`);
});
afterAll(() => rm(folder, { recursive: true }));

/** What a request would be sent with, texts as texts. */
async function applied(access: ClusterAccess): Promise<object> {
  const options: RequestOptions = {};
  await access.applyToHTTPSOptions(options);
  const { agent: _agent, headers, ...rest } = options;
  const texts = Object.entries(rest).map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString() : value]);
  return { headers: headers ?? {}, ...Object.fromEntries(texts) };
}

describe('a kubeconfig that is plain', () => {
  test.each([
    ['a token', {}, { token: 'a-token' }],
    ['a token, and a server that is not checked', { 'insecure-skip-tls-verify': true }, { token: 'a-token' }],
    [
      'certificates in it',
      { 'certificate-authority-data': base64('ca') },
      { 'client-certificate-data': base64('c'), 'client-key-data': base64('k') },
    ],
    ['certificates beside it', { 'certificate-authority': 'ca.crt' }, { 'client-certificate': 'tls.crt', 'client-key': 'tls.key' }],
    ['another name of the server', { 'tls-server-name': 'kubernetes' }, { token: 'a-token' }],
    ['notes of a tool', { extensions: [{ name: 'minikube', extension: {} }] }, { token: 'a-token' }],
    ['no credentials', {}, {}],
    ['paths that a template left empty', { 'certificate-authority': '' }, { token: 'a-token', tokenFile: '', 'client-certificate': '' }],
  ])('gives what client-node gives: %s', async (_name, cluster, user) => {
    const path = join(folder, 'config');
    const text = kubeconfig(cluster, user);
    await writeFile(path, text);
    const theirs = new KubeConfig();
    theirs.loadFromFile(path);
    const ours = plainKubeConfig(text, path);
    expect(ours).not.toBeNull();
    if (ours === null) return;
    expect(await applied(ours)).toEqual(await applied(theirs));
    expect(ours.getCurrentCluster().server).toBe(theirs.getCurrentCluster()?.server);
    expect(ours.getContextObject(ours.getCurrentContext())?.namespace).toBe('team-hr');
  });

  test('may name a file that holds the token, which is preferred to a token', async () => {
    await writeFile(join(folder, 'token'), 'from-the-file\n');
    const access = plainKubeConfig(kubeconfig({}, { token: 'from-the-kubeconfig', tokenFile: 'token' }), join(folder, 'config'));
    expect(access && (await applied(access))).toMatchObject({ headers: { Authorization: 'Bearer from-the-file' } });
  });
});

test.each([
  ['a program that gives credentials', {}, { exec: { command: 'aws' } }],
  ['a provider of them', {}, { 'auth-provider': { name: 'oidc' } }],
  ['a password', {}, { username: 'a', password: 'b' }],
  ['somebody to act as', {}, { token: 'a-token', as: 'jane' }],
  ['a proxy', { 'proxy-url': 'http://proxy.example.com' }, { token: 'a-token' }],
  ['a server that is no URL', { server: 'kube' }, { token: 'a-token' }],
])('is left to client-node: %s', (_name, cluster, user) => {
  expect(plainKubeConfig(kubeconfig(cluster, user), '/config')).toBeNull();
});

test.each([
  ['no current context', { 'current-context': undefined }],
  ['a context that is not there', { 'current-context': 'nowhere' }],
  ['no clusters', { clusters: [] }],
  ['no users', { users: null }],
])('is left to client-node: %s', (_name, members) => {
  const text = JSON.stringify({ ...(JSON.parse(kubeconfig({}, { token: 'a-token' })) as object), ...members });
  expect(plainKubeConfig(text, '/config')).toBeNull();
});
