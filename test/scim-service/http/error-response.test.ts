import { describe, expect, test } from '@jest/globals';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { errorBody, translateError, type ErrorAnswer } from '#scim-service/http/error-response.ts';
import { methodNotAllowed, unauthorized } from '#scim-service/http/http-error.ts';
import { TooManyMembersError } from '#scim-service/provisioning/group-store.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';

const CASES: readonly [name: string, error: unknown, expected: Partial<Record<keyof ErrorAnswer, unknown>>][] = [
  [
    'a ScimError as it is',
    ScimError.invalidValue('title is 7'),
    { status: 400, scimType: 'invalidValue', detail: 'title is 7', headers: {}, fault: 'client' },
  ],
  [
    'a 503 of a use case with a time to wait',
    new ScimError(503, null, 'busy'),
    { status: 503, headers: { 'Retry-After': '1' }, fault: 'client' },
  ],
  [
    'a refused deactivation with a time in which a person may act',
    new ScimError(503, null, 'too many', { reason: 'DeactivationWave' }),
    { status: 503, headers: { 'Retry-After': '300' }, fault: 'client' },
  ],
  [
    'an HttpError with its headers',
    unauthorized(),
    { status: 401, scimType: null, headers: { 'WWW-Authenticate': 'Bearer' }, fault: 'client' },
  ],
  [
    'a wrong verb with Allow',
    methodNotAllowed('PUT', 'GET, HEAD'),
    { status: 405, detail: 'PUT is not possible here; use GET, HEAD', headers: { Allow: 'GET, HEAD' } },
  ],
  [
    'a taken userName as 409 uniqueness',
    new UserNameTakenError('ada'),
    { status: 409, scimType: 'uniqueness', detail: 'userName "ada" is taken by another person of this tenant', fault: 'client' },
  ],
  [
    'more members than the store changes at once as 413',
    new TooManyMembersError(3, 2),
    {
      status: 413,
      scimType: null,
      detail: 'the request changes 3 memberships of one group, but at most 2 are changed at once; send it in parts',
      fault: 'client',
    },
  ],
  [
    'a syntax error as 400 invalidFilter',
    new ScimSyntaxError('no value at 12', 12),
    { status: 400, scimType: 'invalidFilter', detail: 'no value at 12', fault: 'client' },
  ],
  [
    'a silent store as 503 that says nothing of its cause',
    new StoreUnavailableError('insert', new Error('mongodb://user:secret@db')),
    {
      status: 503,
      scimType: null,
      detail: 'the store of people does not answer at the moment; send the request again later',
      headers: { 'Retry-After': '30' },
      fault: 'service',
    },
  ],
  [
    'an unknown error as a neutral 500',
    new TypeError('x of undefined, token abc'),
    { status: 500, detail: expect.not.stringContaining('token'), fault: 'service' },
  ],
  ['what is no error at all as a neutral 500', 'thrown text', { status: 500, fault: 'service' }],
];

describe('translateError', () => {
  test.each(CASES)('gives %s', (_name, error, expected) => {
    expect(translateError(error)).toMatchObject(expected);
  });
});

describe('errorBody', () => {
  test('has the status as a string, and scimType only where there is one', () => {
    expect(errorBody({ status: 400, scimType: 'invalidPath', detail: 'd' })).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType: 'invalidPath',
      detail: 'd',
    });
    expect(errorBody({ status: 404, scimType: null, detail: 'd' })).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '404',
      detail: 'd',
    });
  });
});
