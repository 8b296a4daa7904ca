import type { FailureClass } from '#common/pod-report.ts';
import type { Logger } from '#common/logger.ts';
import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';
import { StoreUnavailableError } from '../provisioning/scim-store.ts';
import type { Refusal } from '../tenancy/authenticate.ts';
import { isRead } from './is-read.ts';
import type { AnsweredRequest, ServiceMetrics } from './service-metrics.ts';

interface RequestAnswered extends AnsweredRequest {
  readonly requestId: string;
  /** As the path names it, whether or not it exists; null outside of a tenant's endpoint. */
  readonly tenant: TenantKey | null;
  /** One at most, but for a bulk request, whose operations each may have one. */
  readonly failures: readonly FailureClass[];
  readonly refusal: Refusal | null;
}

interface RequestFaulted {
  readonly requestId: string;
  readonly tenant: TenantKey | null;
  readonly error: unknown;
}

export interface RequestEvents {
  answered(event: RequestAnswered): void;
  /** The service itself failed; the answer says nothing of the cause, so the log does. */
  faulted(event: RequestFaulted): void;
  /** The service failed after an answer had begun, so that its status tells nothing and the client got a part of it. */
  brokenOff(event: RequestFaulted): void;
}

/** Longest tenant name that a log line repeats: two labels of DNS and a slash. */
const LOGGED_TENANT = 127;

/** One function for each event; it feeds the log line and the counters together. */
export function createRequestEvents({ metrics, logger }: { readonly metrics: ServiceMetrics; readonly logger: Logger }): RequestEvents {
  return {
    answered({ requestId, tenant, method, route, status, seconds, failures, refusal }) {
      metrics.requestAnswered({ method, route, status, seconds });
      if (tenant !== null) for (const failure of failures) metrics.tenantFailed(parseTenantKey(tenant), failure);
      const level = levelOf(isRead(method, route), status);
      if (!logger.isLevelEnabled(level)) return;
      logger[level](
        {
          requestId,
          tenant: tenant?.slice(0, LOGGED_TENANT) ?? null,
          method,
          route,
          status,
          milliseconds: Math.round(seconds * 10_000) / 10,
          ...(failures.length === 0 ? {} : { failure: [...new Set(failures)].join(', ') }),
          ...(refusal === null ? {} : { refusal }),
        },
        'request answered',
      );
    },
    faulted({ requestId, tenant, error }) {
      logger.error({ err: error, requestId, tenant: tenant?.slice(0, LOGGED_TENANT) ?? null }, 'request failed in the service');
    },
    brokenOff({ requestId, tenant, error }) {
      if (tenant !== null) {
        metrics.tenantFailed(parseTenantKey(tenant), error instanceof StoreUnavailableError ? 'StoreUnavailable' : 'InternalError');
      }
      logger.error({ err: error, requestId, tenant: tenant?.slice(0, LOGGED_TENANT) ?? null }, 'answer was broken off in the middle');
    },
  };
}

/** Reads are most of the traffic and change nothing, so they are quiet; what changed and what went wrong is not. */
function levelOf(isRead: boolean, status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  return status < 400 && isRead ? 'debug' : 'info';
}
