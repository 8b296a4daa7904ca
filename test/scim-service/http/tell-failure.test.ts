import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { FAILURE_ADVICE } from '#common/failure-reasons.ts';
import { RECENT_FAILURES } from '#common/pod-report.ts';
import { tellFailure } from '#scim-service/http/tell-failure.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { ScimError, type ScimErrorOptions } from '#scim-service/scim/scim-error.ts';
import type { Outcome } from '#scim-service/tenancy/outcome-window.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const tell = (error: unknown, outcome: Outcome) => tellFailure({ operation: 'PATCH User', subject: 'id-1', error }, outcome, NOW);
const refused = (options: ScimErrorOptions): ScimError => ScimError.invalidValue('title is "Countess Ada"', options);

describe('tellFailure', () => {
  test('has the summary of the error and never its detail, which quotes values', () => {
    expect(tell(refused({ summary: 'title is not one of the values of valueMap' }), 'InvalidValue')).toEqual({
      time: '2026-11-24T10:00:00.000Z',
      operation: 'PATCH User',
      subject: 'id-1',
      reason: 'InvalidValue',
      message: 'title is not one of the values of valueMap',
    });
    expect(tell(refused({}), 'InvalidValue')?.message).toBe(FAILURE_ADVICE.InvalidValue.meaning);
  });

  test.each<[string, unknown, Outcome, string | null]>([
    ['the reason of the error before its class', refused({ reason: 'RequiredAttribute' }), 'InvalidValue', 'RequiredAttribute'],
    ['the class of what is no ScimError', new StoreUnavailableError('find', null), 'StoreUnavailable', 'StoreUnavailable'],
    ['a defect', new TypeError('x of Ada'), 'InternalError', 'InternalError'],
    ['a refused wave, which is no failure', new ScimError(503, null, 'd', { reason: 'DeactivationWave' }), 'Refused', 'DeactivationWave'],
    ['nothing of a refusal that is expected', ScimError.notFound('User "ada"'), 'Refused', null],
  ])('tells %s', (_what, error, outcome, reason) => {
    const told = tell(error, outcome);
    expect(told?.reason ?? null).toBe(reason);
    expect(JSON.stringify(told)).not.toContain('Ada');
  });

  test('cuts a summary that names very many attributes', () => {
    const message = tell(refused({ summary: 'x, '.repeat(1_000) }), 'InvalidValue')?.message ?? '';
    expect([message.length, message.at(-1)]).toEqual([500, '…']);
  });
});

describe('recent failures of a tenant', () => {
  const listOf = (service: ScimServiceUnderTest) =>
    service
      .tenant()
      .failures.list()
      .map(({ operation, subject, reason }) => [operation, subject, reason])
      .toReversed();

  test('are reads and writes that failed, by operation and subject', async () => {
    await using service = await startScimService();
    const send = (method: string, path: string, body?: unknown, query?: string) =>
      service.client.send({ method, path, body, query: query ?? null });
    await send('POST', '/Users', { userName: 'ada', EXTERNALID: '4f1c-22' });
    await send('POST', '/Groups', { externalId: 'g-7' });
    await send('PUT', '/Users/id-9', '{');
    await send('PATCH', '/Groups/id-8', { Operations: 7 });
    await send('GET', '/Users', undefined, 'filter=nonsense');
    await send('POST', '/Users/.search', { filter: 7 });
    await send('POST', '/.search', { count: 'many' });
    await send('POST', '/Bulk', {});
    // None of these is a failure of the synchronisation.
    await send('GET', '/Users/nobody');
    await send('PUT', '/Users', {});
    await send('GET', '/Nonsense');

    expect(listOf(service)).toEqual([
      ['POST User', '4f1c-22', 'RequiredAttribute'],
      ['POST Group', 'g-7', 'InvalidValue'],
      ['PUT User', 'id-9', 'InvalidSyntax'],
      ['PATCH Group', 'id-8', 'InvalidSyntax'],
      ['GET User', null, 'InvalidFilter'],
      ['POST User search', null, 'InvalidSyntax'],
      ['POST search', null, 'OtherClientError'],
      ['POST Bulk', null, 'InvalidSyntax'],
    ]);
    expect(service.tenant().failures.list()[0]?.time).toBe(new Date(service.clock.now()).toISOString());
  });

  test.each([
    ['an object id of Entra ID', '0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60', true],
    ['an id of Okta', '00ub0oNGTSWTBKOLGLNR', true],
    ['a personnel number', 'E.00123_7', true],
    ['a mail address', 'ada7@acme.example', false],
    ['an address of a guest', 'ada7_acme.example', false],
    ['a nickname', 'ada.lovelace', false],
    ['text with a space', 'Ada 7', false],
    ['101 characters', '7'.repeat(101), false],
    ['a number', 7, false],
  ])('name by externalId %s: %j %s', async (_what, externalId, told) => {
    await using service = await startScimService();
    await service.client.send({ method: 'POST', path: '/Users', body: { externalId } });

    expect(service.tenant().failures.list()[0]?.subject).toBe(told ? externalId : null);
  });

  test('do not name what stands in the path where it can be no id', async () => {
    await using service = await startScimService();
    await service.client.send({ method: 'PATCH', path: '/Users/ada@acme.example', body: {} });

    expect(listOf(service)).toEqual([['PATCH User', null, 'InvalidSyntax']]);
  });

  test('have each operation of a bulk request that failed', async () => {
    await using service = await startScimService();
    const Operations = [
      { method: 'POST', path: '/Users', bulkId: 'x', data: { userName: 'x', emails: [{ type: 'work', value: 'x@y' }] } },
      { method: 'POST', path: '/Users', bulkId: 'y', data: { userName: 'y', externalId: 'e-1' } },
      { method: 'PATCH', path: '/Groups/g-1', data: {} },
      { method: 'DELETE', path: '/Users/nobody' },
      { method: 'ADA', path: '/Users/u-1' },
    ];
    await service.client.send({ method: 'POST', path: '/Bulk', body: { Operations } });

    expect(listOf(service)).toEqual([
      ['POST User', 'e-1', 'RequiredAttribute'],
      ['PATCH Group', 'g-1', 'InvalidSyntax'],
      ['User', 'u-1', 'InvalidSyntax'],
    ]);
  });

  test('have no value of a person, whatever was sent', async () => {
    const mapping = [
      aRule('userName', 'login', { required: true }),
      aRule('title', 'grade', { type: 'Integer' }),
      aRule('nickName', 'alias', { valueMap: { values: [{ from: 'a', to: 'b' }], default: null } }),
      aRule('name.familyName', 'since', { type: 'DateTime', required: true }),
      aRule('emails[type eq "work"].value', 'email'),
      aRule('active', 'enabled', { type: 'Boolean' }),
    ];
    await using service = await startScimService({ configs: [aTenantConfig({ mapping })] });
    await service.client.send({ method: 'POST', path: '/Users', body: { userName: 'there', name: { familyName: '2026-01-01' } } });
    // Long enough that none of them is a word of ours.
    const value = fc.string({ unit: 'grapheme', minLength: 9, maxLength: 90 }).map((inner) => `§${inner}§`);
    const attributes = fc.record(
      {
        userName: value,
        title: value,
        nickName: value,
        name: fc.oneof(value, fc.record({ familyName: value })),
        emails: fc.oneof(value, fc.array(fc.record({ type: value, value }), { maxLength: 2 })),
        active: value,
        password: value,
      },
      { requiredKeys: [] },
    );
    const operation = fc.record({
      op: fc.constantFrom('add', 'replace', 'remove'),
      path: fc.constantFrom('title', 'name', 'active'),
      value,
    });
    const request = fc.oneof(
      attributes.map((body) => ({ method: 'POST', path: '/Users', body: body as unknown, query: null as string | null })),
      attributes.map((body) => ({ method: 'PUT', path: '/Users/id-1', body: body as unknown, query: null })),
      fc.array(operation, { minLength: 1, maxLength: 3 }).map((Operations) => ({
        method: 'PATCH',
        path: '/Users/id-1',
        body: { Operations } as unknown,
        query: null,
      })),
      value.map((text) => ({ method: 'GET', path: '/Users', body: undefined, query: `filter=${encodeURIComponent(`title eq "${text}`)}` })),
      value.map((text) => ({ method: 'POST', path: '/Users/.search', body: { filter: text, sortBy: text } as unknown, query: null })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: RECENT_FAILURES }), async (requests) => {
        const before = service.tenant().failures.list();
        let refusals = 0;
        for (const sent of requests) if ((await service.client.send(sent)).status === 400) refusals += 1;
        const told = service.tenant().failures.list();
        expect(JSON.stringify(told)).not.toContain('§');
        if (refusals > 0) expect(told).not.toBe(before);
      }),
      { numRuns: 50 },
    );
  });
});
