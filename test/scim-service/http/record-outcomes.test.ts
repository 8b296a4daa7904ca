import { describe, expect, test } from '@jest/globals';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { startScimService } from '#test/support/a-scim-service.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

describe('outcomes of a tenant', () => {
  test('are counted for each answered request, by class', async () => {
    let broken = false;
    await using service = await startScimService({
      provisioning: {
        async delete() {
          throw broken ? new Error('boom') : new StoreUnavailableError('delete', new Error('refused'));
        },
      },
    });
    const person = { userName: 'a', emails: [{ type: 'work', value: 'a@b' }] };
    await service.client.send({ method: 'POST', path: '/Users', body: person });
    await service.client.send({ method: 'POST', path: '/Users', body: person });
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'b' } });
    await service.client.send({ method: 'POST', path: '/Users', body: '{' });
    await service.client.send({ method: 'GET', path: '/Users', query: 'filter=x' });
    await service.client.send({ method: 'GET', path: '/Users/nobody' });
    await service.client.send({ method: 'GET', path: '/Nonsense' });
    await service.client.send({ method: 'POST', path: '/Me', body: {} });
    await service.client.send({ method: 'DELETE', path: '/Users/x' });
    broken = true;
    await service.client.send({ method: 'DELETE', path: '/Users/x' });

    expect(service.tenant().window.buckets(service.clock.now())).toEqual([
      {
        start: service.clock.now() / 1_000,
        requests: 10,
        failures: { Uniqueness: 1, InvalidValue: 1, InvalidSyntax: 1, InvalidFilter: 1, StoreUnavailable: 1, InternalError: 1 },
      },
    ]);
    expect(await service.metrics('scim_tenant_failures_total')).toEqual(
      ['Uniqueness', 'InvalidValue', 'InvalidSyntax', 'InvalidFilter', 'StoreUnavailable', 'InternalError'].map(
        (reason) => `scim_tenant_failures_total{namespace="team-hr",tenant="acme",reason="${reason}"} 1`,
      ),
    );
  });

  test('tell when the tenant was last seen, last succeeded and last wrote', async () => {
    await using service = await startScimService();
    const { activity } = service.tenant();
    const start = service.clock.now();
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'a', emails: [{ type: 'work', value: 'a@b' }] } });
    service.clock.advance(1_000);
    await service.client.send({ method: 'GET', path: '/Users' });
    service.clock.advance(1_000);
    await service.client.send({ method: 'GET', path: '/Users/nobody' });

    expect(activity).toMatchObject({ lastWriteAt: start, lastSuccessAt: start + 1_000, lastRequestAt: start + 2_000 });
  });

  test('of requests without the right token count nowhere', async () => {
    await using service = await startScimService();
    await fetch(`${service.client.baseUrl}/Users`);

    expect(service.tenant().window.buckets(service.clock.now())).toEqual([]);
    expect(service.tenant().activity.lastRequestAt).toBeNull();
  });

  test('are waited for: a request counts as running until it is answered, under whichever config', async () => {
    const held = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    await using service = await startScimService({
      provisioning: {
        async get() {
          reached.resolve();
          await held.promise;
          throw new Error('boom');
        },
      },
    });
    const running = service.client.send({ method: 'GET', path: '/Users/x' });
    await reached.promise;
    service.directory.set(aTenantConfig({ state: { kind: 'Deleting', id: 'uid-1', settled: false } }));
    expect((await service.client.send({ method: 'GET', path: '/Users/x' })).status).toBe(503);
    expect(service.tenant().activity.requestsInFlight).toBe(1);
    held.resolve();
    expect((await running).status).toBe(500);
    expect(service.tenant().activity.requestsInFlight).toBe(0);
  });

  test('of a request that began in an old breaker epoch do not reach the new one', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await using service = await startScimService({
      provisioning: {
        async get() {
          await held;
          throw new Error('boom');
        },
      },
    });
    const running = service.client.send({ method: 'GET', path: '/Users/x' });
    while (service.log.length === 0) {
      // The second request is answered at once, so the first one has reached its use case by then.
      await service.client.send({ method: 'GET', path: '/Groups' });
    }
    service.directory.set(aTenantConfig({ breakerEpoch: 1 }));
    release();

    expect((await running).status).toBe(500);
    expect(service.tenant().window.buckets(service.clock.now())).toEqual([]);
  });
});
