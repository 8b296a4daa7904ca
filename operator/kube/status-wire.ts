import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';

/**
 * `status` as the API server keeps it. What is null or empty for us is absent there: with server-side apply an absent field
 * is given up and removed. An empty object must not be sent in its place: once its former members are given up, the API
 * server makes a null of it and refuses that as invalid (seen with 1.37).
 * @returns the members that have a value; `readScimTenantStatus` restores the others
 */
export function statusToWire(status: ScimTenantStatus): Record<string, unknown> {
  return (withoutEmpty(status) ?? {}) as Record<string, unknown>;
}

/** Undefined for null, and for a list or an object in which nothing is left. */
function withoutEmpty(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (typeof value !== 'object') return value;
  const members = Object.entries(value)
    .map(([name, member]) => [name, withoutEmpty(member)] as const)
    .filter(([, member]) => member !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
