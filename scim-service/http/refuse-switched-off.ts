import type { MiddlewareHandler } from 'hono';
import type { TenantConfig, TenantState } from '#common/tenant-config.ts';
import type { DocumentedReason } from '#common/troubleshooting-link.ts';
import type { AppEnv } from './app-context.ts';
import { unavailable } from './http-error.ts';

/** Seconds. A person has to act, so there is no use in asking more often. */
const SWITCHED_OFF_RETRY_AFTER = 300;

/** Answers 503 for a tenant that is disabled, tripped or being deleted, and says who did it and how it is undone. */
export function refuseSwitchedOff(): MiddlewareHandler<AppEnv> {
  return async function refuseSwitchedOffTenant(c, next) {
    const { config } = c.get('tenant');
    const detail = switchedOff(config);
    if (detail !== null) throw unavailable(detail, SWITCHED_OFF_RETRY_AFTER, TOPICS[config.state.kind]);
    await next();
  };
}

const TOPICS: Readonly<Record<TenantState['kind'], DocumentedReason>> = {
  Active: 'SwitchedOff',
  Disabled: 'SwitchedOff',
  Tripped: 'Tripped',
  Deleting: 'Deleting',
};

function switchedOff({ namespace, name, state }: TenantConfig): string | null {
  const resource = `ScimTenant ${namespace}/${name}`;
  switch (state.kind) {
    case 'Active':
      return null;
    case 'Disabled':
      return `${resource} was switched off by its owner (spec.enabled: false); it is switched on with spec.enabled: true, and its data is kept`;
    case 'Tripped':
      return (
        `${resource} was switched off by the failure breaker at ${state.openedAt}: ${state.reason}. ` +
        'Once the cause is mended it is switched on with spec.enabled: true or a new value of spec.failurePolicy.resetToken, and its data is kept'
      );
    case 'Deleting':
      return `${resource} is being deleted, and its people are removed (spec.tenantDeletion: Delete); take this URL out of the directory`;
  }
}
