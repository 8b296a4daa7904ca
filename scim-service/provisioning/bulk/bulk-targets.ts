import type { TenantModel } from '../../domain/tenant-model.ts';

/** First segment of a path that bulk serves. */
export type ResourceEndpoint = 'Users' | 'Groups';

/** A resource after an operation on it. */
interface BulkedResource {
  readonly id: string;
  readonly version: number;
}

/** What bulk does with one type of resource: the use cases of single requests. Each method may throw what they throw. */
export interface BulkTarget {
  /** What a single PATCH is answered with. */
  readonly patchStatus: 200 | 204;
  create(model: TenantModel, body: unknown): Promise<BulkedResource>;
  replace(model: TenantModel, id: string, body: unknown, ifMatch: string | null): Promise<BulkedResource>;
  patch(model: TenantModel, id: string, body: unknown, ifMatch: string | null): Promise<BulkedResource>;
  delete(model: TenantModel, id: string, ifMatch: string | null): Promise<void>;
}

export type BulkTargets = Readonly<Record<ResourceEndpoint, BulkTarget>>;
