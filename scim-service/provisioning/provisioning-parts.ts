import type { Wave } from '../domain/deactivation-wave.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { ScimStore } from './scim-store.ts';

/** What the use cases are built from. */
export interface ProvisioningParts {
  readonly store: Pick<ScimStore, 'users' | 'groups' | 'memberships' | 'existing' | 'deactivations'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A new UUID. */
  readonly newId: () => string;
  /** Gets the paths of what a client sent and this tenant doesn't take: unknown or unselected, each once, at most once a request. */
  readonly onIgnored: (model: TenantModel, attributes: readonly string[]) => void;
  /** Gets each deactivation beyond the tenant's limit, with those before it, whether it is refused or done. */
  readonly onWave: (model: TenantModel, wave: Wave) => void;
}
