import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { IgnoredNames } from '../tenancy/ignored-names.ts';
import type { ServiceMetrics } from './service-metrics.ts';

export interface IgnoredAttributesParts {
  readonly metrics: ServiceMetrics;
  readonly logger: Logger;
  /** Of the mapping that is served; null for a tenant that is no longer. */
  readonly namesOf: (key: TenantKey) => IgnoredNames | null;
}

/**
 * Makes the event "a client sent attributes that the tenant doesn't select": counted each time, and logged once for each
 * tenant, mapping and attribute, so that an admin sees what is ignored.
 */
export function reportIgnoredAttributes({
  metrics,
  logger,
  namesOf,
}: IgnoredAttributesParts): (model: TenantModel, attributes: readonly string[]) => void {
  return (model, attributes) => {
    if (attributes.length === 0) return;
    metrics.attributesIgnored(model.config, attributes.length);
    for (const attribute of namesOf(model.key)?.add(attributes) ?? []) {
      logger.info({ tenant: model.key, attribute }, 'attribute is not selected by the mapping and was ignored');
    }
  };
}
