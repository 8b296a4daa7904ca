import type { Context } from 'hono';
import type { FailureClass } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { Refusal } from '../tenancy/authenticate.ts';
import type { ServedTenant } from '../tenancy/tenant-directory.ts';
import type { OperationOutcome } from './operation-outcome.ts';

/** Where a tenant's endpoint begins. */
export const TENANT_PATH = '/:namespace/:name/scim/v2';

/** What middleware leaves for those that come after it. */
export interface AppEnv {
  Bindings: {
    /** Breaks the connection that the request came on, where an answer can't be brought to its end. */
    readonly breakOff: () => void;
  };
  Variables: {
    requestId: string;
    /** The tenant that the path names, whether or not it exists; absent outside of TENANT_PATH. */
    requested?: TenantKey;
    /** What the path names, or null; not yet authenticated. */
    candidate: ServedTenant | null;
    /** Set once the bearer token was found right. */
    tenant: ServedTenant;
    /** Why the bearer token was not accepted, for the log. */
    refusal?: Refusal;
    /** As it was read; absent when none was, or none could be read. */
    body?: unknown;
    /** Set by a request of many operations: what became of each; they count in its place. */
    operations?: readonly OperationOutcome[];
    /** Failures of the tenant's synchronisation in the answer; absent when there are none. */
    failures?: readonly FailureClass[];
  };
}

export type AppContext = Context<AppEnv>;
