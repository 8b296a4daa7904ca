import { describe, expect, test } from '@jest/globals';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { explainError } from '#scim-service/http/explain-error.ts';
import {
  HttpError,
  methodNotAllowed,
  notImplemented,
  RequestCutOffError,
  tooManyRequests,
  unauthorized,
  unavailable,
} from '#scim-service/http/http-error.ts';
import { TooManyMembersError } from '#scim-service/provisioning/group-store.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { ScimError, type ScimType } from '#scim-service/scim/scim-error.ts';
import { startScimService } from '#test/support/a-scim-service.ts';

const refusal = (status: number, scimType: ScimType | null): ScimError => new ScimError(status, scimType, 'd');

/** Anchors by error; null where the detail stays as it is. */
const CASES: readonly [name: string, error: unknown, anchor: string | null][] = [
  ['a value that does not fit', ScimError.invalidValue('d'), 'invalid-value'],
  ['a missing attribute', ScimError.invalidValue('d', { reason: 'RequiredAttribute' }), 'required-attribute'],
  ['broken JSON', ScimError.invalidSyntax('d'), 'invalid-syntax'],
  ['a path', refusal(400, 'noTarget'), 'invalid-path'],
  ['a filter', new ScimSyntaxError('d', 0), 'invalid-filter'],
  ['a count', refusal(400, 'invalidCount'), 'page-size'],
  ['an old cursor', refusal(400, 'expiredCursor'), 'page-size'],
  ['a read-only attribute', refusal(400, 'mutability'), 'other-client-error'],
  ['no token', unauthorized(), 'unauthorized'],
  ['a taken name', new UserNameTakenError('ada'), 'uniqueness'],
  ['two people who fit', new ScimError(409, 'uniqueness', 'd', { reason: 'AmbiguousMatch' }), 'ambiguous-match'],
  ['an operation that needs another', refusal(409, null), 'other-client-error'],
  ['a large body', refusal(413, null), 'too-large'],
  ['a large group', new TooManyMembersError(3, 2), 'too-large'],
  ['too many requests', tooManyRequests('d', 1), 'rate-limit'],
  ['a defect', new TypeError('d'), 'internal-error'],
  ['a store that is away', new StoreUnavailableError('find', null), 'store-unavailable'],
  ['too many writers', refusal(503, null), 'internal-error'],
  ['a wave', new ScimError(503, null, 'd', { reason: 'DeactivationWave' }), 'deactivation-wave'],
  ['a start', unavailable('d', 5, 'Starting'), 'starting'],
  ['nobody there', refusal(404, null), null],
  ['a wrong method', methodNotAllowed('PUT', 'GET'), null],
  ['another version', refusal(412, null), null],
  ['another content type', new HttpError(415, 'd'), null],
  ['what is not there', notImplemented('d'), null],
  ['a client that went away', new RequestCutOffError(), null],
];

describe('explainError', () => {
  test.each(CASES)('leads from %s to its paragraph', (_name, error, anchor) => {
    const { detail } = explainError(error, 'https://docs.example.com');
    const link = /^.+ \(see (\S+)\)$/.exec(detail)?.[1] ?? null;

    expect(link).toBe(anchor === null ? null : `https://docs.example.com/troubleshooting.md#${anchor}`);
  });

  test('says the rest as it is, and names the path in the repository without DOCS_URL', () => {
    expect(explainError(ScimError.invalidValue('title is 7'), null)).toEqual({
      status: 400,
      scimType: 'invalidValue',
      detail: 'title is 7 (see docs/troubleshooting.md#invalid-value)',
      headers: {},
      fault: 'client',
    });
  });
});

describe('the detail of an error', () => {
  test('ends with the link, in a bulk request too', async () => {
    await using service = await startScimService({ docsUrl: 'https://docs.example.com' });
    const single = await service.client.send({ method: 'PATCH', path: '/Users/x', body: {} });
    const bulk = await service.client.send({
      method: 'POST',
      path: '/Bulk',
      body: { Operations: [{ method: 'PATCH', path: '/Users/x', data: {} }] },
    });

    expect(single.body.detail).toMatch(/ \(see https:\/\/docs\.example\.com\/troubleshooting\.md#invalid-syntax\)$/);
    expect(bulk.body.Operations[0].response).toEqual(single.body);
  });

  test('of a resource that is not there has none', async () => {
    await using service = await startScimService();
    const { body } = await service.client.send({ method: 'GET', path: '/Users/nobody' });

    expect(body.detail).toBe('User "nobody" does not exist in this tenant');
  });
});
