import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { explained } from '#test/support/explained.ts';

async function ask(service: ScimServiceUnderTest, tenant: string, authorization: string | null, path = '/Users') {
  const response = await fetch(`${service.origin}/${tenant}/scim/v2${path}`, {
    headers: { 'x-request-id': 'same', ...(authorization === null ? {} : { authorization }) },
  });
  const { date: _date, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, headers, body: await response.text() };
}

describe('the bearer check', () => {
  test('gives the same 401 for an unknown tenant, a wrong, expired or missing token, and whatever is asked for', async () => {
    const acme = aTenantConfig({
      tokenDigests: [
        { sha256: sha256Hex('token'), validUntil: null },
        { sha256: sha256Hex('old'), validUntil: '2026-11-24T09:59:59Z' },
      ],
    });
    const off = aTenantConfig({ name: 'off', state: { kind: 'Disabled' } });
    await using service = await startScimService({ configs: [acme, off, aTenantConfig({ name: 'tokenless', tokenDigests: [] })] });
    const answers = [
      await ask(service, 'team-hr/acme', 'Bearer wrong'),
      await ask(service, 'team-hr/acme', 'Bearer old'),
      await ask(service, 'team-hr/acme', 'Basic dG9rZW4='),
      await ask(service, 'team-hr/acme', null),
      await ask(service, 'team-hr/acme', 'Bearer wrong', '/Nonsense'),
      await ask(service, 'team-hr/acme', 'Bearer wrong', '/Users/id-1'),
      await ask(service, 'team-hr/off', 'Bearer wrong'),
      await ask(service, 'team-hr/tokenless', 'Bearer token'),
      await ask(service, 'team-hr/nobody', 'Bearer token'),
      await ask(service, 'no-team/acme', null),
      await ask(service, 'team-hr/nobody', 'Bearer token', '/Nonsense'),
    ];

    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer', 'content-type': 'application/scim+json; charset=utf-8' },
    });
    expect(JSON.parse(answers[0]!.body)).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '401',
      detail: explained('no tenant with this URL and this bearer token; check the tenant URL and the secret token', 'Unauthorized'),
    });
  });

  test('takes a previous token until its end, by the clock', async () => {
    const tokenDigests = [
      { sha256: sha256Hex('token'), validUntil: null },
      { sha256: sha256Hex('old'), validUntil: '2026-11-24T10:00:10Z' },
    ];
    await using service = await startScimService({ configs: [aTenantConfig({ tokenDigests })] });

    expect((await ask(service, 'team-hr/acme', 'Bearer old')).status).toBe(200);
    service.clock.advance(10_000);
    expect((await ask(service, 'team-hr/acme', 'Bearer old')).status).toBe(401);
    expect((await ask(service, 'team-hr/acme', 'Bearer token')).status).toBe(200);
  });

  test('tells the log, and only the log, why', async () => {
    await using service = await startScimService();
    await ask(service, 'team-hr/nobody', 'Bearer token');
    await ask(service, 'team-hr/acme', 'Bearer wrong');
    await ask(service, 'team-hr/acme', null);

    expect(service.log.map(({ tenant, refusal, status }) => [tenant, refusal, status])).toEqual([
      ['team-hr/nobody', 'unknown_tenant', 401],
      ['team-hr/acme', 'wrong_token', 401],
      ['team-hr/acme', 'no_token', 401],
    ]);
    expect(JSON.stringify(service.log)).not.toContain('Bearer');
  });

  test('answers 503 for every tenant while the configs are not all read', async () => {
    await using service = await startScimService({ synced: false });
    for (const tenant of ['team-hr/acme', 'team-hr/unknown']) {
      const { status, headers, body } = await ask(service, tenant, 'Bearer token');
      expect([status, headers['retry-after'], JSON.parse(body).status]).toEqual([503, '5', '503']);
    }
    service.directory.synced();
    expect((await ask(service, 'team-hr/acme', 'Bearer token')).status).toBe(200);
    expect((await ask(service, 'team-hr/unknown', 'Bearer token')).status).toBe(401);
  });
});
