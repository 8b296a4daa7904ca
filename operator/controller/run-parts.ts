import type { Logger } from '#common/logger.ts';
import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { ApplyParts } from './apply.ts';
import type { ConfigPropagation } from './config-propagation.ts';
import type { EventLimit } from './event-limit.ts';
import type { MonotonicClock } from './ports.ts';
import type { ObserveParts } from './observe.ts';
import type { OperatorMetrics } from './operator-metrics.ts';
import type { TripDesk } from './trip-desk.ts';

/** What the runs for tenants are made of. */
export interface TenantRunParts extends ObserveParts, ApplyParts {
  readonly monotonic: MonotonicClock;
  readonly propagation: ConfigPropagation;
  readonly eventLimit: EventLimit;
  readonly desk: Pick<TripDesk, 'enter' | 'forget'>;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
  /** How long a namespace that is being deleted waits for the removal of its tenants' people. */
  readonly deletionTimeoutMs: number;
}

/** What a run keeps of a tenant in this process, dropped when the tenant is gone. */
export function forgetInProcess({ propagation, eventLimit, desk, metrics }: TenantRunParts, key: TenantKey): void {
  propagation.forget(key);
  eventLimit.forget(key);
  desk.forget(key);
  metrics.tenants.remove(parseTenantKey(key));
}
