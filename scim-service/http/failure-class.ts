import type { FailureClass } from '#common/pod-report.ts';
import { StoreUnavailableError } from '../provisioning/scim-store.ts';
import { ScimError, type ScimType } from '../scim/scim-error.ts';
import type { Outcome } from '../tenancy/outcome-window.ts';
import { RequestCutOffError } from './http-error.ts';
import { translateError } from './error-response.ts';

const CLASS_OF_TYPE: Readonly<Record<ScimType, FailureClass>> = {
  invalidValue: 'InvalidValue',
  invalidSyntax: 'InvalidSyntax',
  invalidPath: 'InvalidPath',
  noTarget: 'InvalidPath',
  invalidFilter: 'InvalidFilter',
  uniqueness: 'Uniqueness',
  tooMany: 'OtherClientError',
  mutability: 'OtherClientError',
  invalidVers: 'OtherClientError',
  sensitive: 'OtherClientError',
  invalidCursor: 'OtherClientError',
  expiredCursor: 'OtherClientError',
  invalidCount: 'OtherClientError',
};

/**
 * What an answer means for the tenant's synchronisation (common/pod-report.ts).
 * @param error what the answer was made of, when it was an error
 * @returns null for an answer that does not count at all
 */
export function outcomeOf(status: number, error: unknown): Outcome | null {
  if (status < 400) return 'Success';
  if (status === 401 || status === 429 || error instanceof RequestCutOffError) return null;
  // The guard did what it is for; the wave opens the breaker by itself (tenancy/note-waves.ts).
  if (error instanceof ScimError && error.reason === 'DeactivationWave') return 'Refused';
  if (status === 400 || status === 409) return clientFailure(error);
  // A 501 is a feature that this service lacks and says so.
  if (status < 500 || status === 501) return 'Refused';
  return error instanceof StoreUnavailableError ? 'StoreUnavailable' : 'InternalError';
}

function clientFailure(error: unknown): FailureClass {
  const scimType = error instanceof ScimError ? error.scimType : translateError(error).scimType;
  return scimType === null ? 'OtherClientError' : CLASS_OF_TYPE[scimType];
}

export function isFailure(outcome: Outcome | null): outcome is FailureClass {
  return outcome !== null && outcome !== 'Success' && outcome !== 'Refused';
}
