import { z } from 'zod';
import type { ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { microTime } from '#common/kubernetes/micro-time.ts';

export const LEASES: ResourceType = { group: 'coordination.k8s.io', version: 'v1', plural: 'leases' };

const leaseSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), resourceVersion: z.string() }),
  spec: z
    .looseObject({
      holderIdentity: z.string().nullish(),
      leaseDurationSeconds: z.int().nullish(),
      acquireTime: z.string().nullish(),
      renewTime: z.string().nullish(),
      leaseTransitions: z.int().nullish(),
    })
    .prefault({}),
});

/** Lease of coordination.k8s.io/v1 as it was read, so that an update leaves alone what it does not know. */
export type Lease = z.infer<typeof leaseSchema>;

/** @throws z.ZodError when it is no Lease */
export function parseLease(value: unknown): Lease {
  return leaseSchema.parse(value);
}

/** Empty for a lease that was given back. */
export function holderOf(lease: Lease): string {
  return lease.spec.holderIdentity ?? '';
}

/** Changes with each renewal, whoever's it is. */
export function renewalOf({ spec }: Lease): string {
  return JSON.stringify([spec.holderIdentity, spec.renewTime, spec.leaseTransitions]);
}

export interface LeaseHolder {
  readonly identity: string;
  readonly leaseDurationSeconds: number;
}

/** A lease where there was none, held by us from now on. */
export function newLease(name: string, { identity, leaseDurationSeconds }: LeaseHolder, milliseconds: number) {
  const now = microTime(milliseconds);
  return {
    metadata: { name },
    spec: { holderIdentity: identity, leaseDurationSeconds, acquireTime: now, renewTime: now, leaseTransitions: 0 },
  };
}

/** The lease, taken over or held further. */
export function heldLease(lease: Lease, { identity, leaseDurationSeconds }: LeaseHolder, milliseconds: number): Lease {
  const now = microTime(milliseconds);
  const isNew = holderOf(lease) !== identity;
  const taken = isNew && { acquireTime: now, leaseTransitions: (lease.spec.leaseTransitions ?? 0) + 1 };
  return { ...lease, spec: { ...lease.spec, ...taken, holderIdentity: identity, leaseDurationSeconds, renewTime: now } };
}

/** The lease, given back: nobody has to wait for its end. */
export function releasedLease(lease: Lease, milliseconds: number): Lease {
  return { ...lease, spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime: microTime(milliseconds) } };
}
