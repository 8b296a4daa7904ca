import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** Attributes that are named for one tenant; a client can invent names without end. */
const NAMED_ATTRIBUTES = 100;

/** Longest attribute path that a log line repeats. */
const LOGGED_ATTRIBUTE = 200;

/**
 * Makes the event "a client sent attributes that the tenant doesn't select": counted each time, and logged once for each
 * tenant and attribute, so that an admin sees what is ignored.
 */
export function reportIgnoredAttributes({
  metrics,
  logger,
}: {
  readonly metrics: ServiceMetrics;
  readonly logger: Logger;
}): (model: TenantModel, attributes: readonly string[]) => void {
  const named = new Map<TenantKey, Set<string>>();
  return (model, attributes) => {
    if (attributes.length === 0) return;
    metrics.attributesIgnored(model.config, attributes.length);
    let known = named.get(model.key);
    if (known === undefined) {
      known = new Set();
      named.set(model.key, known);
    }
    for (const attribute of attributes) {
      const name = attribute.slice(0, LOGGED_ATTRIBUTE);
      if (known.size >= NAMED_ATTRIBUTES || known.has(name)) continue;
      known.add(name);
      logger.info({ tenant: model.key, attribute: name }, 'attribute is not selected by the mapping and was ignored');
    }
  };
}
