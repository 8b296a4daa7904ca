import { isDeepStrictEqual } from 'node:util';
import type { ScimTenantStatus } from './scim-tenant-status.ts';

/** By content alone: a cluster's client may give objects of its own classes, which would never be strictly equal. */
export function sameStatus(left: ScimTenantStatus | null, right: ScimTenantStatus | null): boolean {
  // Mostly they are plain and equal, and then the texts need not be made.
  return isDeepStrictEqual(left, right) || isDeepStrictEqual(JSON.parse(JSON.stringify(left)), JSON.parse(JSON.stringify(right)));
}
