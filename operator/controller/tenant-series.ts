import { Counter, Gauge, type CounterConfiguration, type GaugeConfiguration } from 'prom-client';
import type { TenantName } from '#common/tenant-key.ts';

/** Labels of one tenant, the same object for each of its series: what prom-client makes of it, it makes once. */
export interface TenantLabels {
  readonly namespace: string;
  readonly tenant: string;
}

export function tenantLabels({ namespace, name }: TenantName): TenantLabels {
  return { namespace, tenant: name };
}

interface Sample {
  readonly labels: TenantLabels;
  readonly value: number;
}

interface InfoSample {
  readonly labels: TenantLabels;
  readonly state: string;
}

/** What there is to tell at the moment of a scrape, one for each tenant that has the metric. */
export type Samples = () => Iterable<Sample>;

const NO_LABELS = {};

/**
 * A gauge whose series are made when they are asked for. prom-client keeps an object and a hash for each series, which for
 * ten series of each of 10,000 tenants would be more than all that the operator knows of them.
 */
export class TenantGauge extends Gauge<keyof TenantLabels> {
  readonly #samples: Samples;

  constructor(configuration: GaugeConfiguration<keyof TenantLabels>, samples: Samples) {
    super({ ...configuration, labelNames: ['namespace', 'tenant'] });
    this.#samples = samples;
  }

  override async get() {
    return { ...(await super.get()), values: [...this.#samples()] };
  }

  /** In the place of `get` where text is made. */
  async getForPromString() {
    return { ...(await super.get()), values: shared(this.#samples()) };
  }
}

/** The same of a counter. */
export class TenantCounter extends Counter<keyof TenantLabels> {
  readonly #samples: Samples;

  constructor(configuration: CounterConfiguration<keyof TenantLabels>, samples: Samples) {
    super({ ...configuration, labelNames: ['namespace', 'tenant'] });
    this.#samples = samples;
  }

  override async get() {
    return { ...(await super.get()), values: [...this.#samples()] };
  }

  async getForPromString() {
    return { ...(await super.get()), values: shared(this.#samples()) };
  }
}

/** A gauge that is always 1 and tells a state by a label of its own. */
export class TenantInfo extends Gauge<keyof TenantLabels | 'state'> {
  readonly #tenants: () => Iterable<InfoSample>;

  constructor(configuration: GaugeConfiguration<keyof TenantLabels | 'state'>, tenants: () => Iterable<InfoSample>) {
    super({ ...configuration, labelNames: ['namespace', 'tenant', 'state'] });
    this.#tenants = tenants;
  }

  override async get() {
    const values = [...this.#tenants()].map(({ labels, state }) => ({ labels: { ...labels, state }, value: 1 }));
    return { ...(await super.get()), values };
  }
}

/** As prom-client's histogram has it: the text of shared labels is made once for each object. */
function shared(samples: Iterable<Sample>) {
  return [...samples].map(({ labels, value }) => ({ labels: NO_LABELS, sharedLabels: labels, value }));
}
