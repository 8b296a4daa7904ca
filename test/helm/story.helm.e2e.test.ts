import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { condition, isMailed } from '../e2e/cluster.ts';
import { exampleValues, LEAST, type Manifest } from '../support/chart.ts';
import { waitUntil } from '../support/wait-until.ts';
import { installChart, type InstalledChart } from './installed-chart.ts';

/**
 * A tenant's life with what the chart grants and no more; each test needs the ones before it.
 * One scope makes tokens and is told of them in all namespaces, the other one knows two Secrets by name.
 */

const KEY = 'team-hr/acme';
const PATH = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants/acme';
const SECRET = '/api/v1/namespaces/team-hr/secrets/acme-scim-token';
const BADGE = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const MAIL = ['--set', 'mail.from=scim@example.com,mail.smtpUrlSecret.name=scim-smtp'];

describe.each([
  { values: 'the defaults', args: [...LEAST, ...MAIL], generate: true },
  {
    values: 'single-namespace',
    // The administrator's part of that example.
    args: [...exampleValues('single-namespace'), ...MAIL, '--set', 'crds.install=true'],
    generate: false,
  },
])('a tenant under the chart with $values', ({ args, generate }) => {
  let chart: InstalledChart;

  beforeAll(async () => {
    chart = await installChart(args);
  }, 120_000);

  afterAll(async () => {
    await chart?.[Symbol.asyncDispose]();
  }, 60_000);

  // oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
  const tenant = async (): Promise<any> => (await chart.api.send({ method: 'GET', path: PATH })).body;
  const token = async (): Promise<string> =>
    Buffer.from((await chart.api.send({ method: 'GET', path: SECRET })).body.data.token, 'base64').toString();
  const giveToken = (value: string): Promise<void> =>
    chart.applier.applyAll([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'acme-scim-token', namespace: 'team-hr' }, stringData: { token: value } },
    ]);
  const usersStatus = async (): Promise<number> =>
    (await chart.clientOf(KEY, await token()).send({ method: 'GET', path: '/Users' })).status;

  test('comes into service', async () => {
    if (!generate) await giveToken('a-token-of-the-user-0123456789abcdef');
    await chart.applier.applyAll([acme(generate)]);
    const ready = await waitUntil(
      async () => {
        const found = await tenant();
        return condition(found, 'Ready')?.status === 'True' && found;
      },
      { what: 'Ready', timeoutMs: 20_000 },
    );
    expect(ready.status).toMatchObject({
      endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
      programmed: { pods: 1, acknowledged: 1 },
    });
    const body = { userName: 'grace@example.com', [BADGE]: { badge: 1 } };
    expect((await chart.clientOf(KEY, await token()).send({ method: 'POST', path: '/Users', body })).status).toBe(201);
  }, 40_000);

  test('trips, with a mail', async () => {
    const client = chart.clientOf(KEY, await token());
    for (let index = 0; index < 8; index += 1) {
      const body = { userName: `bad-${index}@example.com`, [BADGE]: { badge: 'none' } };
      expect((await client.send({ method: 'POST', path: '/Users', body })).status).toBe(400);
    }
    const tripped = await waitUntil(
      async () => {
        const found = await tenant();
        return isMailed(found.status, 1, 1) && found;
      },
      { what: 'the trip, mailed', timeoutMs: 20_000 },
    );
    expect(tripped.spec.enabled).toBe(false);
    expect(chart.smtp.mails.map(({ to }) => to)).toEqual(['hr-it@acme.example']);
    expect(await usersStatus()).toBe(503);
  }, 40_000);

  test('is switched on again by a person', async () => {
    const answer = await chart.api.send({
      method: 'PATCH',
      path: `${PATH}?fieldManager=kubectl-patch`,
      body: { spec: { enabled: true } },
      contentType: 'application/merge-patch+json',
    });
    expect(answer.status).toBe(200);
    await waitUntil(async () => (await usersStatus()) === 200, { what: 'the tenant in service again', timeoutMs: 20_000 });
  }, 40_000);

  test('has its token replaced for the annotation where the operator made it, and is refused where it did not', async () => {
    const before = await token();
    const body = { metadata: { annotations: { 'scim-operator.dev/rotate-at': 'now' } } };
    await chart.api.send({ method: 'PATCH', path: PATH, body, contentType: 'application/merge-patch+json' });
    const handled = { what: 'the request in status', timeoutMs: 20_000 };
    const found = await waitUntil(async () => [await tenant()].find(({ status }) => status.token.observedRotateAt === 'now'), handled);
    expect(found.status.token.refusedRotation?.reason).toBe(generate ? undefined : 'NotGenerated');
    expect((await token()) === before).toBe(!generate);
    await waitUntil(async () => (await usersStatus()) === 200, { what: 'the token in force', timeoutMs: 20_000 });
  }, 40_000);

  test('takes a new token, of which the watch tells', async () => {
    await giveToken('another-token-of-the-user-0123456789');
    const inForce = { what: 'the new token in force', timeoutMs: 20_000 };
    expect(await waitUntil(async () => (await usersStatus()) === 200, inForce)).toBe(true);
  }, 40_000);

  test('leaves nothing when it is deleted', async () => {
    await chart.api.send({ method: 'DELETE', path: PATH });
    const derived = '/api/v1/namespaces/scim-operator-config/secrets/team-hr.acme';
    const gone = { what: 'the end of the derived Secret', timeoutMs: 20_000 };
    expect(await waitUntil(async () => (await chart.api.send({ method: 'GET', path: derived })).status === 404, gone)).toBe(true);
  }, 40_000);

  test('and was denied nothing: neither program tells of it, nor does the API server', async () => {
    for (const program of chart.programs) expect(await program.stop('SIGTERM')).toBe(0);
    const asked = await chart.asked();
    const accounts = new Set(asked.map(({ user }) => user.username.split(':').at(-1)));
    expect(accounts).toEqual(new Set(['scim-operator', 'scim-service']));
    expect(asked.length).toBeGreaterThan(50);
    const denied = asked.filter(({ responseStatus }) => responseStatus?.code === 401 || responseStatus?.code === 403);
    expect(denied.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([]);
    const lines = chart.programs.flatMap(({ lines }) => lines);
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => /forbidden|"status":403|"level":"?(error|fatal|50|60)/i.test(line))).toEqual([]);
  }, 40_000);
});

function acme(generate: boolean): Manifest {
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name: 'acme', namespace: 'team-hr' },
    spec: {
      tokenSecretRef: { name: 'acme-scim-token' },
      tokenPolicy: { generate },
      notificationEmails: ['hr-it@acme.example'],
      attributeMapping: [
        { source: 'userName', target: 'login', required: true },
        { source: `${BADGE}:badge`, target: 'badge', type: 'Integer' },
      ],
      failurePolicy: { minRequests: 5, maxFailures: 5, maxFailureRatio: 0.1 },
    },
  };
}
