import { foldCase } from '../scim/fold-case.ts';
import type { StoredGroup } from './stored-group.ts';

/** What a store finds a group by, beside the id. */
export interface GroupKeys {
  readonly displayName: string;
  readonly externalId: string | null;
}

/** `displayName` as key of `foldCase`, since it is unique without regard to case; `externalId` as it is (RFC 7643 section 3.1). */
export function groupKeys({ displayName, externalId }: StoredGroup['resource']): GroupKeys {
  return { displayName: foldCase(displayName), externalId: typeof externalId === 'string' ? externalId : null };
}
