import type { FailureClass } from '#common/pod-report.ts';
import type { Logger } from '#common/logger.ts';
import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';
import type { Refusal } from '../tenancy/authenticate.ts';
import type { AnsweredRequest, ServiceMetrics } from './service-metrics.ts';

interface RequestAnswered extends AnsweredRequest {
  readonly requestId: string;
  /** As the path names it, whether or not it exists; null outside of a tenant's endpoint. */
  readonly tenant: TenantKey | null;
  readonly failure: FailureClass | null;
  readonly refusal: Refusal | null;
}

export interface RequestEvents {
  answered(event: RequestAnswered): void;
  /** The service itself failed; the answer says nothing of the cause, so the log does. */
  faulted(event: { readonly requestId: string; readonly tenant: TenantKey | null; readonly error: unknown }): void;
}

/** Longest tenant name that a log line repeats: two labels of DNS and a slash. */
const LOGGED_TENANT = 127;

/** One function for each event; it feeds the log line and the counters together. */
export function createRequestEvents({ metrics, logger }: { readonly metrics: ServiceMetrics; readonly logger: Logger }): RequestEvents {
  return {
    answered({ requestId, tenant, method, route, status, seconds, failure, refusal }) {
      metrics.requestAnswered({ method, route, status, seconds });
      if (failure !== null && tenant !== null) metrics.tenantFailed(parseTenantKey(tenant), failure);
      const level = levelOf(method, status);
      if (!logger.isLevelEnabled(level)) return;
      logger[level](
        {
          requestId,
          tenant: tenant?.slice(0, LOGGED_TENANT) ?? null,
          method,
          route,
          status,
          milliseconds: Math.round(seconds * 10_000) / 10,
          ...(failure === null ? {} : { failure }),
          ...(refusal === null ? {} : { refusal }),
        },
        'request answered',
      );
    },
    faulted({ requestId, tenant, error }) {
      logger.error({ err: error, requestId, tenant: tenant?.slice(0, LOGGED_TENANT) ?? null }, 'request failed in the service');
    },
  };
}

/** Reads are most of the traffic and change nothing, so they are quiet; what changed and what went wrong is not. */
function levelOf(method: string, status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  return status < 400 && (method === 'GET' || method === 'HEAD') ? 'debug' : 'info';
}
