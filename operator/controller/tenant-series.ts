import type { Counter, Gauge } from 'prom-client';
import type { TenantName } from '#common/tenant-key.ts';

/** Labels of one tenant, the same object for each of its series: what prom-client makes of it, it makes once. */
export interface TenantLabels {
  readonly namespace: string;
  readonly tenant: string;
}

export function tenantLabels({ namespace, name }: TenantName): TenantLabels {
  return { namespace, tenant: name };
}

export interface Sample {
  readonly labels: TenantLabels & { readonly state?: string };
  readonly value: number;
}

const NO_LABELS = {};

/**
 * Has a gauge or counter make its series when it is asked for them. prom-client keeps an object and a hash for each series, which
 * for ten series of each of 10,000 tenants would be more than all that the operator knows of them.
 * @param samples what there is to tell at the moment of a scrape, one for each tenant that has the metric
 */
export function tellAtScrape(metric: Gauge | Counter, samples: () => Iterable<Sample>): void {
  const head = metric.get.bind(metric);
  const tell = async (values: readonly object[]) => ({ ...(await head()), values });
  Object.assign(metric, {
    get: () => tell([...samples()]),
    /** In the place of `get` where text is made. As prom-client's histogram has it: the text of shared labels is made once for each object. */
    getForPromString: () => tell([...samples()].map(({ labels, value }) => ({ labels: NO_LABELS, sharedLabels: labels, value }))),
  });
}
