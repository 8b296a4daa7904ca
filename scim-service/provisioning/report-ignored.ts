import type { TenantModel } from '../domain/tenant-model.ts';
import type { ProvisioningParts } from './provisioning-parts.ts';

/** Reports what a request sent in vain, when it did. */
export function reportIgnored({ onIgnored }: ProvisioningParts, model: TenantModel, paths: readonly string[]): void {
  if (paths.length > 0) onIgnored(model, [...new Set(paths)]);
}
