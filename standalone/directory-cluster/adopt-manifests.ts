import { randomUUID } from 'node:crypto';
import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';
import { isInvalidSpec } from '#operator/api/scim-tenant.ts';
import type { ManifestIndex } from './manifest-index.ts';
import type { TenantManifest } from './read-manifests.ts';
import { isSwitchedOff, type TenantRecord, type TenantRecords } from './tenant-records.ts';

/**
 * Enters what the files say into the records, as an API server does with a write: a new tenant gets a uid, a changed spec the
 * next generation, and the record of one that has gone loses all but its derived config. One that is held stays, as one whose
 * deletion was asked for; a file that comes back meanwhile changes its spec and no more, and is a new tenant after that.
 * @param before what the files said last
 * @returns the tenants that a reader finds changed, or whose Secret is another one
 */
export async function adoptManifests(records: TenantRecords, before: ManifestIndex, index: ManifestIndex): Promise<ReadonlySet<TenantKey>> {
  const concerned = new Set<TenantKey>();
  for (const [key, { file, manifest }] of index.tenants) {
    const { tenant } = records.get(key);
    const next = nextRecord(tenant, file, manifest);
    if (sameJson(tenant, next)) continue;
    await records.set(key, { tenant: next });
    concerned.add(key);
  }
  for (const key of records.keys()) {
    const { tenant } = records.get(key);
    // The record of a tenant stands in for it while its file can't be read.
    if (!tenant || index.tenants.has(key) || index.problems.has(tenant.file)) continue;
    if (tenant.deletionRequestedAt !== null) continue;
    await records.set(key, { tenant: tenant.held ? { ...tenant, deletionRequestedAt: new Date().toISOString() } : null });
    concerned.add(key);
  }
  for (const key of records.keys()) if (hasOtherSecret(records, key, before, index)) concerned.add(key);
  return concerned;
}

function nextRecord(before: TenantRecord | null, file: string, { annotations, spec }: TenantManifest): TenantRecord {
  const mirrored = (before?.mirrored ?? false) && isSwitchedOff(spec);
  if (!before)
    return { uid: randomUUID(), generation: 1, file, annotations, spec, mirrored, held: false, deletionRequestedAt: null, status: null };
  const generation = sameJson(before.spec, spec) ? before.generation : before.generation + 1;
  return { ...before, generation, file, annotations, spec, mirrored };
}

/** Also true when the Secret's file became readable or ceased to be, or any file while the Secret is unknown: it may be in there. */
function hasOtherSecret(records: TenantRecords, key: TenantKey, before: ManifestIndex, index: ManifestIndex): boolean {
  const spec = records.get(key).tenant?.spec;
  if (!spec || isInvalidSpec(spec)) return false;
  const secret = `${parseTenantKey(key).namespace}/${spec.tokenSecretRef.name}`;
  const now = index.secrets.get(secret);
  if (before.secrets.get(secret)?.trace.digest !== now?.trace.digest) return true;
  return now ? before.problems.has(now.file) !== index.problems.has(now.file) : before.problems.size !== index.problems.size;
}

/** Both sides were made by the same code, so their keys have one order. */
function sameJson(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
