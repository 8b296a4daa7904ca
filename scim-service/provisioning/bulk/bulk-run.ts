import type { TenantModel } from '../../domain/tenant-model.ts';
import type { BulkIds } from './bulk-ids.ts';
import type { BulkTargets } from './bulk-targets.ts';

/** What the operations of one bulk request share. */
export interface BulkRun {
  readonly targets: BulkTargets;
  readonly model: TenantModel;
  readonly bulkIds: BulkIds;
  /** Is told of everything that a use case threw; what is no ScimError is the service's fault. */
  readonly onThrown: (error: unknown) => void;
}

/** What became of one operation. */
export type Outcome =
  | { readonly kind: 'done'; readonly status: number; readonly id: string; readonly version: number | null }
  /** `id` of a resource that is there although the POST that created it failed; null as a rule. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly id: string | null };
