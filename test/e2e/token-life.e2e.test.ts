import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Program } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';
import { condition, startCluster, type Cluster, type ServicePod } from './cluster.ts';

const TENANT = 'team-hr/rotating';
const SECRET = '/api/v1/namespaces/team-hr/secrets/rotating-scim-token';
const LIMIT = { timeoutMs: 20_000 };

/** Tests are chapters and need the ones before them. */
describe('the life of a token that the operator made', () => {
  let cluster: Cluster;
  let service: ServicePod;
  let operator: Program;
  const logs: (readonly string[])[] = [];
  const tokens: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster();
    operator = await cluster.startOperator('operator-0');
    logs.push(operator.lines);
    service = await cluster.startService('scim-0');
  }, 120_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
  }, 60_000);

  async function tokenInSecret(): Promise<string | null> {
    const { status, body } = await cluster.api.send({ method: 'GET', path: SECRET });
    return status === 200 ? Buffer.from(body.data.token, 'base64').toString() : null;
  }

  const answerTo = async (token: string): Promise<number> =>
    (await service.clientOf(TENANT, token).send({ method: 'GET', path: '/Users' })).status;

  const accepted = (token: string): Promise<unknown> =>
    waitUntil(async () => (await answerTo(token)) === 200, { what: 'the token in force', ...LIMIT });

  const ask = (value: string): Promise<void> =>
    cluster.patchTenant(TENANT, { metadata: { annotations: { 'scim-operator.dev/rotate-at': value } } });

  const handled = (value: string): Promise<unknown> =>
    waitUntil(async () => (await cluster.tenant(TENANT)).status.token.observedRotateAt === value, { what: `${value} in status`, ...LIMIT });

  test('begins with its tenant', async () => {
    await cluster.apply({
      apiVersion: 'scim-operator.dev/v1alpha1',
      kind: 'ScimTenant',
      metadata: { name: 'rotating', namespace: 'team-hr' },
      spec: {
        tokenSecretRef: { name: 'rotating-scim-token' },
        tokenPolicy: { generate: true, overlap: '1h', maxAge: '4320h' },
        preset: 'EntraDefault',
      },
    });
    tokens.push(await waitUntil(tokenInSecret, { what: 'the Secret', ...LIMIT }));
    await accepted(tokens[0]!);
    expect((await cluster.tenant(TENANT)).status.token).toMatchObject({ observedRotateAt: '', expiresAt: expect.any(String) });
  }, 60_000);

  test('goes over into the next by the annotation, and both are accepted during the overlap', async () => {
    await ask('monday');
    tokens.push(
      await waitUntil(async () => [await tokenInSecret()].find((token) => token !== tokens[0]), { what: 'a new token', ...LIMIT }),
    );
    await accepted(tokens[1]!);
    expect(await answerTo(tokens[0]!)).toBe(200);
    await handled('monday');
    const { status } = await cluster.tenant(TENANT);
    expect(Date.parse(status.token.previousValidUntil)).toBeGreaterThan(Date.now());
    expect(Buffer.from(tokens[1]!, 'base64url')).toHaveLength(32);
  }, 60_000);

  test('outlives a kill -9 of the operator right after the next rotation was written, which is not done again', async () => {
    await ask('tuesday');
    tokens.push(
      await waitUntil(async () => [await tokenInSecret()].find((token) => token !== tokens[1]), { what: 'a new token', ...LIMIT }),
    );
    await operator.stop('SIGKILL');
    operator = await cluster.startOperator('operator-1');
    logs.push(operator.lines);
    await waitUntil(async () => (await cluster.tenant(TENANT)).status.token.observedRotateAt === 'tuesday', {
      what: 'tuesday in status',
      timeoutMs: 60_000,
    });
    for (const token of tokens) await accepted(token);
    expect(await tokenInSecret()).toBe(tokens[2]);
  }, 120_000);

  test('ends nowhere but in its Secret: no token is shown in status, Events or the log', async () => {
    const derived = await cluster.api.send({ method: 'GET', path: '/api/v1/namespaces/scim-operator-config/secrets/team-hr.rotating' });
    const shown = [
      JSON.stringify(await cluster.tenant(TENANT)),
      JSON.stringify((await cluster.api.send({ method: 'GET', path: '/apis/events.k8s.io/v1/namespaces/team-hr/events' })).body),
      Buffer.from(derived.body.data['config.json'], 'base64').toString(),
      ...logs.flat(),
    ].join('\n');
    for (const part of ['TokenRotated', 'tokenDigests', 'observedRotateAt', 'action carried out']) expect(shown).toContain(part);
    for (const token of tokens) expect(shown).not.toContain(token);
  }, 30_000);

  test('is out of the operator’s hands once somebody makes the Secret their own, which it says', async () => {
    const own = { metadata: { labels: { 'scim-operator.dev/generated': null } } };
    await cluster.api.send({ method: 'PATCH', path: SECRET, body: own, contentType: 'application/merge-patch+json' });
    await ask('wednesday');
    await handled('wednesday');
    const tenant = await cluster.tenant(TENANT);
    expect(tenant.status.token.refusedRotation).toEqual({ reason: 'NotGenerated', rotateAt: 'wednesday' });
    expect(condition(tenant, 'TokenReady')).toMatchObject({ status: 'True', reason: 'RotationRefused' });
    expect(await tokenInSecret()).toBe(tokens[2]);
  }, 60_000);
});
