import { describe, expect, test } from '@jest/globals';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { outcomeOf } from '#scim-service/http/failure-class.ts';
import { RequestCutOffError } from '#scim-service/http/http-error.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { UserNameTakenError } from '#scim-service/provisioning/user-store.ts';
import { ScimError, type ScimType } from '#scim-service/scim/scim-error.ts';
import type { Outcome } from '#scim-service/tenancy/outcome-window.ts';

const scim = (status: number, scimType: ScimType | null): ScimError => new ScimError(status, scimType, 'detail');

const CASES: readonly [status: number, error: unknown, expected: Outcome | null][] = [
  [200, undefined, 'Success'],
  [201, undefined, 'Success'],
  [204, undefined, 'Success'],
  [304, undefined, 'Success'],
  [400, scim(400, 'invalidValue'), 'InvalidValue'],
  [400, scim(400, 'invalidSyntax'), 'InvalidSyntax'],
  [400, scim(400, 'invalidPath'), 'InvalidPath'],
  [400, scim(400, 'noTarget'), 'InvalidPath'],
  [400, scim(400, 'invalidFilter'), 'InvalidFilter'],
  [400, new ScimSyntaxError('detail', 0), 'InvalidFilter'],
  [400, scim(400, 'mutability'), 'OtherClientError'],
  [400, scim(400, 'tooMany'), 'OtherClientError'],
  [400, scim(400, null), 'OtherClientError'],
  [409, scim(409, 'uniqueness'), 'Uniqueness'],
  [409, new UserNameTakenError('ada'), 'Uniqueness'],
  [409, scim(409, null), 'OtherClientError'],
  [503, new ScimError(503, null, 'detail', { reason: 'DeactivationWave' }), 'Refused'],
  [503, new StoreUnavailableError('find', null), 'StoreUnavailable'],
  [503, scim(503, null), 'InternalError'],
  [500, new TypeError('x'), 'InternalError'],
  [403, scim(403, null), 'Refused'],
  [404, scim(404, null), 'Refused'],
  [405, scim(405, null), 'Refused'],
  [412, scim(412, null), 'Refused'],
  [413, scim(413, null), 'Refused'],
  [415, scim(415, null), 'Refused'],
  [501, scim(501, null), 'Refused'],
  [401, scim(401, null), null],
  [429, scim(429, null), null],
  [400, new RequestCutOffError(), null],
];

describe('outcomeOf', () => {
  test.each(CASES)('%i for %s is %s', (status, error, expected) => {
    expect(outcomeOf(status, error)).toBe(expected);
  });
});
