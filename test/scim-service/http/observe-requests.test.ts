import { describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { startScimService } from '#test/support/a-scim-service.ts';
import { explained } from '#test/support/explained.ts';

describe('metrics of requests', () => {
  test('have the template of the route and never a raw path', async () => {
    await using service = await startScimService();
    await service.client.send({ method: 'GET', path: '/Users', query: 'filter=userName+eq+%22ada%22' });
    await service.client.send({ method: 'GET', path: '/Users/secret-id' });
    await service.client.send({ method: 'HEAD', path: '/Users/secret-id' });
    await service.client.send({ method: 'POST', path: '/Users/', body: {} });
    await service.client.send({ method: 'PROPFIND', path: '/Users' });
    await service.client.send({ method: 'GET', path: '/Schemas/urn:x' });
    await service.client.send({ method: 'GET', path: '/secret/path' });
    await fetch(`${service.origin}/another/secret`);
    await fetch(`${service.client.baseUrl}/Users/secret-id`);

    expect((await service.metrics('scim_http_requests_total')).toSorted()).toEqual([
      'scim_http_requests_total{route="/Schemas/:id",method="GET",status_class="4xx"} 1',
      'scim_http_requests_total{route="/Users",method="GET",status_class="2xx"} 1',
      'scim_http_requests_total{route="/Users",method="OTHER",status_class="4xx"} 1',
      'scim_http_requests_total{route="/Users",method="POST",status_class="4xx"} 1',
      'scim_http_requests_total{route="/Users/:id",method="GET",status_class="4xx"} 2',
      'scim_http_requests_total{route="/Users/:id",method="HEAD",status_class="4xx"} 1',
      'scim_http_requests_total{route="unknown",method="GET",status_class="4xx"} 2',
    ]);
    expect(await service.metrics('scim_http_request_duration_seconds_count{route="/Users/:id",method="GET"')).toEqual([
      'scim_http_request_duration_seconds_count{route="/Users/:id",method="GET"} 2',
    ]);
    expect((await service.metrics('')).join('\n')).not.toContain('secret');
  });

  test('tell the age of the newest config', async () => {
    await using service = await startScimService();
    service.clock.advance(90_000);

    expect(await service.metrics('scim_config_generation_age_seconds')).toEqual(['scim_config_generation_age_seconds 90']);
    await using empty = await startScimService({ configs: [] });
    expect(await empty.metrics('scim_config_generation_age_seconds')).toEqual(['scim_config_generation_age_seconds Nan']);
  });
});

describe('the log of requests', () => {
  test('has one line for each, of a constant message and fields', async () => {
    await using service = await startScimService();
    await service.client.send({ method: 'GET', path: '/Users' });
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'ada' } });

    expect(service.log).toEqual([
      {
        level: 'debug',
        requestId: 'request-1',
        tenant: 'team-hr/acme',
        method: 'GET',
        route: '/Users',
        status: 200,
        milliseconds: expect.any(Number),
        msg: 'request answered',
      },
      {
        level: 'info',
        requestId: 'request-2',
        tenant: 'team-hr/acme',
        method: 'POST',
        route: '/Users',
        status: 400,
        milliseconds: expect.any(Number),
        failure: 'InvalidValue',
        msg: 'request answered',
      },
    ]);
  });

  test('has the cause of what the client is told nothing about', async () => {
    let error: Error = new TypeError('the cause');
    await using service = await startScimService({
      provisioning: {
        async get() {
          throw error;
        },
      },
    });
    const internal = await service.client.send({ method: 'GET', path: '/Users/x' });
    error = new StoreUnavailableError('findById', new Error('connection refused'));
    const unavailable = await service.client.send({ method: 'GET', path: '/Users/x' });

    expect(internal.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '500',
      detail: explained('the service failed; its log has the cause under the X-Request-Id of this answer', 'InternalError'),
    });
    expect([unavailable.status, unavailable.headers.get('retry-after')]).toEqual([503, '30']);
    expect(service.log).toMatchObject([
      {
        level: 'error',
        requestId: internal.headers.get('x-request-id'),
        err: { message: 'the cause' },
        msg: 'request failed in the service',
      },
      { level: 'warn', status: 500, failure: 'InternalError' },
      { level: 'error', err: { message: expect.stringContaining('connection refused') } },
      { level: 'warn', status: 503, failure: 'StoreUnavailable' },
    ]);
  });
});
