import { describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { startScimService } from '#test/support/a-scim-service.ts';

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

const person = (userName: string): object => ({ userName, emails: [{ type: 'work', value: `${userName}@acme.example` }] });

describe('POST /Bulk', () => {
  test('does operations on people and groups, with locations below the external URL', async () => {
    await using service = await startScimService({ externalUrl: 'https://scim.example.com' });
    const { status, body } = await service.client.send({
      method: 'POST',
      path: '/Bulk/',
      body: {
        schemas: [REQUEST],
        Operations: [
          { method: 'POST', path: '/Groups', bulkId: 'crew', data: { displayName: 'Crew', members: [{ value: 'bulkId:ada' }] } },
          { method: 'POST', path: '/Users', bulkId: 'ada', data: person('ada') },
        ],
      },
    });

    expect(status).toBe(200);
    expect(body).toEqual({
      schemas: [RESPONSE],
      Operations: [
        {
          method: 'POST',
          bulkId: 'crew',
          status: '201',
          version: 'W/"1"',
          location: 'https://scim.example.com/team-hr/acme/scim/v2/Groups/id-2',
        },
        {
          method: 'POST',
          bulkId: 'ada',
          status: '201',
          version: 'W/"1"',
          location: 'https://scim.example.com/team-hr/acme/scim/v2/Users/id-1',
        },
      ],
    });
    const group = await service.client.send({ method: 'GET', path: '/Groups/id-2' });
    expect(group.body.members).toMatchObject([{ value: 'id-1', type: 'User' }]);
  });

  test('answers a failed operation with the error of the single request, and counts each operation', async () => {
    await using service = await startScimService({
      groups: {
        async delete() {
          throw new Error('boom');
        },
      },
    });
    const { status, body } = await service.client.send({
      method: 'POST',
      path: '/Bulk',
      body: {
        Operations: [
          { method: 'POST', path: '/Users', data: person('ada') },
          { method: 'POST', path: '/Users', data: person('ADA') },
          { method: 'POST', path: '/Users', data: { userName: 'ben' } },
          { method: 'DELETE', path: '/Users/nobody' },
          { method: 'DELETE', path: '/Groups/x' },
        ],
      },
    });

    expect([status, body.Operations.map((operation: { status: string }) => operation.status)]).toEqual([
      200,
      ['201', '409', '400', '404', '500'],
    ]);
    expect(body.Operations[1].response).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '409',
      scimType: 'uniqueness',
    });
    expect(JSON.stringify(body)).not.toContain('boom');
    expect(service.tenant().window.buckets(service.clock.now())).toEqual([
      { start: service.clock.now() / 1_000, requests: 5, failures: { Uniqueness: 1, InvalidValue: 1, InternalError: 1 } },
    ]);
    expect((await service.metrics('scim_tenant_failures_total')).length).toBe(3);
    expect(service.log).toMatchObject([
      { level: 'error', msg: 'request failed in the service', requestId: 'request-1' },
      { level: 'info', msg: 'request answered', route: '/Bulk', status: 200, failure: 'Uniqueness, InvalidValue, InternalError' },
    ]);
  });

  test('answers 503 for each operation when the store is away', async () => {
    await using service = await startScimService({
      provisioning: {
        async create() {
          throw new StoreUnavailableError('insert', new Error('refused'));
        },
      },
    });
    const Operations = ['a', 'b'].map((name) => ({ method: 'POST', path: '/Users', data: person(name) }));
    const { body } = await service.client.send({ method: 'POST', path: '/Bulk', body: { Operations } });

    expect(body.Operations.map((operation: { status: string }) => operation.status)).toEqual(['503', '503']);
  });

  test.each([
    ['1001 operations', { Operations: Array.from({ length: 1_001 }, () => ({ method: 'DELETE', path: '/Users/x' })) }, 413],
    ['no operations at all', {}, 400],
    ['too many bytes', { Operations: [], padding: 'x'.repeat(1_048_576) }, 413],
  ])('answers %s as one request that failed', async (_what, body, expected) => {
    await using service = await startScimService();
    const answer = await service.client.send({ method: 'POST', path: '/Bulk', body });

    expect([answer.status, answer.body.status]).toEqual([expected, String(expected)]);
  });

  test('takes a compressed request and answers compressed', async () => {
    await using service = await startScimService();
    const Operations = Array.from({ length: 200 }, (_, index) => ({ method: 'POST', path: '/Users', data: person(`person-${index}`) }));
    const response = await fetch(`${service.client.baseUrl}/Bulk`, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-encoding': 'gzip', 'accept-encoding': 'gzip' },
      body: new Uint8Array(gzipSync(JSON.stringify({ Operations }))),
    });

    expect([response.status, response.headers.get('content-encoding')]).toEqual([200, 'gzip']);
    expect(((await response.json()) as { Operations: unknown[] }).Operations.length).toBe(200);
  });
});
