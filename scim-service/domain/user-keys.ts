import type { ScimValue } from '../scim/scim-value.ts';
import { foldCase } from '../scim/fold-case.ts';
import type { StoredUser } from './stored-user.ts';

/** What a store finds a person by, beside the id. */
export interface UserKeys {
  readonly userName: string;
  readonly externalId: string | null;
  /** Each once. */
  readonly emails: readonly string[];
}

/** `userName` and `emails` as keys of `foldCase`, since they compare without regard to case; `externalId` as it is (RFC 7643 section 3.1). */
export function userKeys(resource: StoredUser['resource']): UserKeys {
  const { userName, externalId, emails } = resource;
  return {
    userName: foldCase(userName),
    externalId: typeof externalId === 'string' ? externalId : null,
    emails: [...new Set(Array.isArray(emails) ? emails.flatMap(emailKey) : [])],
  };
}

function emailKey(email: ScimValue): string[] {
  const value = typeof email === 'object' && 'value' in email ? email.value : null;
  return typeof value === 'string' ? [foldCase(value)] : [];
}
